"""Ends the lock-out of somebody who gave too many wrong passwords."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from predictions.logins import recovery
from predictions.logins.address import counted_address
from predictions.management.logins import (
    add_login_and_reason,
    at_terminal,
    found_login,
    sound_reason,
    why_still_not,
)


def an_address(text: str) -> str:
    address = counted_address(text)
    if address is None:
        raise ArgumentTypeError(_("“%s” is no IP address.") % text)
    return address


class Command(BaseCommand):
    help = "Forget the wrong passwords of a login: it may try again at once."
    # A broken release is no reason to keep anybody out.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_login_and_reason(parser)
        parser.add_argument(
            "--address", type=an_address, help="those from one IP address only"
        )

    def handle(
        self, *, login: str, reason: str, address: str | None, **options: Any
    ) -> None:
        user, reason = found_login(login), sound_reason(reason)
        count = recovery.unlock(
            user, caller=at_terminal(), reason=reason, address=address
        )
        said = _("%(name)s may try again. Wrong attempts forgotten: %(count)s.")
        self.stdout.write(said % {"name": login, "count": count})
        if still := why_still_not(user):
            self.stderr.write(still)
