"""What stands between an empty database and a first answer, for a server's start."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from attrition import releases
from predictions.database import waiting
from predictions.database.alone import alone
from predictions.database.waiting import DatabaseAway
from predictions.management.arguments import seconds


class Command(BaseCommand):
    help = (
        "Wait for the database, migrate it as its owner, renew the privileges of the "
        "role that serves, and bootstrap, with --demo where DEMO is true. Run again, "
        "or twice at once, it changes nothing twice."
    )
    # Each command in here has its own, and most of a broken release can be served.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--wait", type=seconds, default=60, metavar="SECONDS", help="at most"
        )
        parser.add_argument(
            "--only-wait",
            action="store_true",
            help="for the database, and for another start to prepare it",
        )

    def handle(self, *, wait: int, only_wait: bool, **options: Any) -> None:
        alias = "owner" if "owner" in connections and not only_wait else "default"
        connection = connections[alias]
        if not only_wait:
            self._refuse_unknown_release()
        try:
            waiting.wait(connection, wait, self.stderr.write, migrated=only_wait)
        except DatabaseAway as error:
            raise CommandError(str(error)) from error
        if only_wait:
            return
        with alone(connection, self.stderr.write):
            call_command("migrate", stdout=self.stdout, verbosity=0)
            role = connections["default"].settings_dict["USER"]
            if alias == "owner" and role != connection.settings_dict["USER"]:
                call_command("grant_runtime_role", role, stdout=self.stdout)
            call_command(
                "bootstrap",
                demo=settings.DEMO,
                stdout=self.stdout,
                stderr=self.stderr,
            )

    def _refuse_unknown_release(self) -> None:
        """Before anything is changed: whoever names a release wants that one."""
        version = settings.MODEL_VERSION
        if version and version not in releases.folders():
            text = _(
                "MODEL_VERSION is %(version)r, and there is no such release: set it to "
                "one of %(versions)s, or leave it empty and %(file)s names the one "
                "that serves."
            )
            raise CommandError(
                text
                % {
                    "version": version,
                    "versions": ", ".join(releases.folders()),
                    "file": settings.MODEL_DIR / releases.CURRENT,
                }
            )
