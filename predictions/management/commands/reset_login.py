"""Gives somebody a new password and ends their lock-out."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from predictions.logins import recovery
from predictions.management.logins import (
    add_login_and_reason,
    at_terminal,
    found_login,
    sound_reason,
    why_still_not,
)


class Command(BaseCommand):
    help = (
        "Give a login a new password, shown once, and end its lock-out; it is logged "
        "out everywhere. Two-step login stays: reset_totp removes it."
    )
    # A broken release is no reason to keep anybody out.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_login_and_reason(parser)
        parser.add_argument(
            "--ask", action="store_true", help="ask for the password, make none up"
        )

    @sensitive_variables("password")
    def handle(self, *, login: str, reason: str, ask: bool, **options: Any) -> None:
        user, reason = found_login(login), sound_reason(reason)
        asked = self._asked() if ask else None
        try:
            password = recovery.reset_login(
                user, caller=at_terminal(), reason=reason, password=asked
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if still := why_still_not(user):
            self.stderr.write(still)
        if ask:
            self.stdout.write(_("%(name)s has a new password.") % {"name": login})
            return
        said = _("The new password of %(name)s. It is shown once:")
        self.stderr.write(said % {"name": login})
        # Alone on standard output, as a new key is.
        self.stdout.write(password)

    def _asked(self) -> str:
        password = getpass.getpass(_("New password: "))
        if getpass.getpass(_("The same again: ")) != password:
            raise CommandError(_("These are two different ones. Nothing has changed."))
        return password
