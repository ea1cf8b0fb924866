"""The back-office as a whole: who gets in, by which login page."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from predictions.logins import lockout, second_step
from predictions.logins.forms import LoginForm


class BackOffice(AdminSite):
    login_form = LoginForm
    login_template = "admin/two_step/login.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return self.is_staff(request) and second_step.is_enough(request.user)

    def is_staff(self, request: HttpRequest) -> bool:
        """Also of who has yet to set up the second step."""
        return super().has_permission(request)

    def get_urls(self) -> list[URLPattern]:
        # Whoever may open nothing may log out.
        return [path("logout/", self.logout, name="logout"), *super().get_urls()]

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Raises LockedOut; leads on who is in and has to set up the second step."""
        is_in = request.method == "GET" and self.is_staff(request)
        if is_in and not second_step.is_enough(request.user):
            return redirect("two_step")
        response = super().login(request, extra_context)
        if getattr(request, "axes_locked_out", False):
            raise lockout.LockedOut(lockout.seconds_left(request))
        return response
