"""Removes somebody's two-step login, for a phone that is lost."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from predictions.logins import recovery, second_step
from predictions.management.logins import (
    add_login_and_reason,
    at_terminal,
    found_login,
    sound_reason,
)


class Command(BaseCommand):
    help = "Remove the two-step login of somebody, recovery codes included."
    # A broken release is no reason to keep anybody out.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_login_and_reason(parser)

    def handle(self, *, login: str, reason: str, **options: Any) -> None:
        user, reason = found_login(login), sound_reason(reason)
        if not second_step.is_set_up(user):
            raise CommandError(_("%(name)s has no two-step login.") % {"name": login})
        recovery.remove_two_step(user, caller=at_terminal(), reason=reason)
        said = _("Two-step login of %(name)s removed: the password is enough.")
        if settings.ADMIN_TOTP_REQUIRED:
            said = _("Two-step login of %(name)s removed: the next login sets it up.")
        self.stdout.write(said % {"name": login})
