"""How long a login lasts: unused, and at the longest; and where it ends at once."""

import time
from functools import partial

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_otp.middleware import OTPMiddleware

BEGAN, SEEN = "login_began", "login_seen"  # in the session, as seconds since 1970
NOTED_EVERY = 60  # seconds: not a write for each page


class LoginMiddleware(OTPMiddleware):
    """Who is logged in, for as long as that lasts, and whether by two steps.

    Looked up when somebody asks for `request.user`. A program with a key has no
    session: nothing is done for it.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        request.user = SimpleLazyObject(partial(_while_it_lasts, request, request.user))
        return super().__call__(request)


def _while_it_lasts(
    request: HttpRequest, user: AbstractBaseUser | AnonymousUser
) -> AbstractBaseUser | AnonymousUser:
    if not user.is_authenticated:
        return user
    session, now = request.session, int(time.time())
    if now - session.get(BEGAN, 0) >= settings.SESSION_LASTS:
        session.flush()
        return AnonymousUser()
    if abs(now - session.get(SEEN, 0)) >= NOTED_EVERY:
        session[SEEN] = now  # is stored with a new end: SESSION_COOKIE_AGE from now on
    return user


@receiver(user_logged_in)
def note_begin(request: HttpRequest, **kwargs: object) -> None:
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def end_others(user: User, keep: str | None = None) -> int:
    """Log somebody out everywhere, but where the session is `keep`; how many it were.

    A session says whose it is in what it holds alone, so all are read.
    """
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        is_theirs = session.get_decoded().get(SESSION_KEY) == str(user.pk)
        if is_theirs and session.session_key != keep:
            session.delete()
            ended += 1
    return ended
