"""Who may log in: not while locked out, and not without the code they have set up."""

from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from predictions.logins import second_step


class LockoutBackend(AxesStandaloneBackend):
    """Stands first: a refusal here ends the login."""

    @sensitive_variables("password")
    def authenticate(
        self,
        request: HttpRequest,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> None:
        try:
            super().authenticate(request, username, password, **others)
        except AxesBackendPermissionDenied:
            # Takes as long as a wrong password: that is what Django does for a name
            # that does not exist.
            User().set_password(password)
            raise


class TwoStepBackend(ModelBackend):
    """A wrong code is answered and counted as a wrong password is."""

    @sensitive_variables("password", "otp_token")
    def authenticate(
        self,
        request: HttpRequest,
        username: str | None = None,
        password: str | None = None,
        otp_token: str = "",
        **others: Any,
    ) -> User | None:
        user = super().authenticate(request, username, password, **others)
        if user is None or not second_step.lets_in(user, otp_token):
            return None
        return user
