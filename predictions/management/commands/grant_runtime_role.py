"""Sets up the PostgreSQL role that serves: INSERT and SELECT on the logs, no DDL."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connections
from django.utils.translation import gettext as _

from predictions.database import runtime_role
from predictions.database.runtime_role import RoleRefused


class Command(BaseCommand):
    help = "Give a PostgreSQL role the least that serving needs, and take the rest."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="made, if it is not there yet")

    def handle(self, *, role: str, **options: Any) -> None:
        connection = connections["owner" if "owner" in connections else "default"]
        if connection.vendor != "postgresql":
            raise CommandError(_("Only PostgreSQL has roles."))
        try:
            made = runtime_role.grant(connection, role)
        except RoleRefused as error:
            outcome = _("Nothing was changed.")
            raise CommandError(f"{error} {outcome}") from error
        except ProgrammingError as error:
            raise CommandError(
                _("%(user)s may not do this: run it as the owner of the tables.")
                % {"user": connection.settings_dict["USER"]}
            ) from error
        if made:
            self.stdout.write(
                _("Role %(role)s was made. Give it a password: \\password %(role)s")
                % {"role": role}
            )
        text = _("Role %(role)s may serve: it may add to the logs and read them.")
        self.stdout.write(self.style.SUCCESS(text % {"role": role}))
