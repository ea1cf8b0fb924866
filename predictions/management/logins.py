"""What the commands share that let somebody back in: whom, why, and by whom."""

from argparse import ArgumentParser

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from predictions.management.arguments import operator
from predictions.models import LoginRecovery, Source
from predictions.services import Caller

LONGEST = LoginRecovery._meta.get_field("reason").max_length


def add_login_and_reason(parser: ArgumentParser) -> None:
    parser.add_argument("login", help="the name they log in by")
    parser.add_argument("--reason", required=True, help="why; it stays on record")


def at_terminal() -> Caller:
    return Caller(Source.COMMAND, user_name=operator())


def found_login(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        near = User.objects.filter(username__iexact=name).first()
        said = _("No login is called “%(name)s”.") % {"name": name}
        if near is not None:
            said += " " + _("There is “%(name)s”.") % {"name": near.get_username()}
        raise CommandError(said)
    return user


def sound_reason(text: str) -> str:
    reason = text.strip()
    if not 0 < len(reason) <= LONGEST:
        said = _("--reason takes a text of 1 to %(longest)s characters.")
        raise CommandError(said % {"longest": LONGEST})
    return reason


def why_still_not(user: User) -> str:
    """What keeps this login out besides; empty if nothing does."""
    if user.is_active and user.is_staff:
        return ""
    said = _(
        "%(name)s still cannot log in: the login must be active and a staff login, "
        "which is changed in the back-office."
    )
    return said % {"name": user.get_username()}
