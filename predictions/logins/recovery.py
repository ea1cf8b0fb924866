"""Letting somebody back in. Each remedy goes on record together with what it does."""

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.crypto import get_random_string
from django.views.decorators.debug import sensitive_variables

from predictions.logins import lockout, second_step, sessions
from predictions.models import LoginRecovery, Remedy
from predictions.services import Caller


@sensitive_variables("password")
def reset_login(
    user: User, *, caller: Caller, reason: str, password: str | None = None
) -> str:
    """Give a new password, made up if none is given, and end a lock-out.

    With the old one Django ends every session of theirs. Raises ValidationError
    for a weak one; then nothing changed.
    """
    if password is None:
        password = get_random_string(16)
    else:
        validate_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        lockout.forget_failures(user.get_username())
        second_step.stop_waiting(user)
        _record(user, Remedy.PASSWORD, caller, reason)
    return password


def unlock(
    user: User, *, caller: Caller, reason: str, address: str | None = None
) -> int:
    """Forget wrong passwords, of one address or all; returns how many they were."""
    with transaction.atomic():
        forgotten = lockout.forget_failures(user.get_username(), address)
        second_step.stop_waiting(user)
        _record(user, Remedy.UNLOCK, caller, reason)
    return forgotten


def remove_two_step(user: User, *, caller: Caller, reason: str) -> bool:
    """For a lost phone: log them out, and let the password be enough.

    Where two-step login is obligatory, the next login leads to set it up. Returns
    whether there was any.
    """
    with transaction.atomic():
        was_set_up = second_step.remove(user)
        sessions.end_others(user)
        _record(user, Remedy.TWO_STEP, caller, reason)
    return was_set_up


def _record(user: User, remedy: Remedy, caller: Caller, reason: str) -> None:
    LoginRecovery.objects.create(
        remedy=remedy,
        login=user.get_username(),
        source=caller.source,
        user_name=caller.user_name,
        request_id=caller.request_id,
        reason=reason,
    )
