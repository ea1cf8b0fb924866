"""Puts a backup back into an empty database; ends as verify_log does."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from predictions.backup import restoring
from predictions.backup.manifest import ANCHOR, BackupRefused, Manifest
from predictions.database import runtime_role
from predictions.database.runtime_role import RoleRefused
from predictions.proof import signing
from predictions.proof.signing import BadKey


class Command(BaseCommand):
    help = (
        "Put back what backup_log has copied, into an empty database, and verify it. "
        "Ends with 0 when nothing is wrong with the log."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="that backup_log has made")
        parser.add_argument(
            "--anchor",
            type=Path,
            metavar="FILE",
            help="verify against this one, not the one of the backup: a newer one "
            "says what the backup lacks",
        )

    def handle(self, *, folder: Path, anchor: Path | None, **options: Any) -> None:
        alias = "owner" if "owner" in connections else "default"
        role = _role_that_serves(alias)
        try:
            own_keys = signing.trusted_keys()
            if role is not None:
                runtime_role.check_it_can_be_had(connections[alias], role)
            found = restoring.restore(connections[alias], folder)
        except (BackupRefused, BadKey, RoleRefused) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            text = _("The backup could not be put back: %(why)s.") % {"why": error}
            raise CommandError(text) from error
        self.stdout.write(
            _("%(rows)s predictions of %(when)s were put back.")
            % {"rows": found.rows.get("predictions", 0), "when": found.made_at}
        )
        call_command("migrate", stdout=self.stdout, verbosity=0)
        if role is not None:
            call_command("grant_runtime_role", role, stdout=self.stdout)
        self._verify(found, own_keys, anchor or _within(folder))

    def _verify(
        self, found: Manifest, own_keys: list[str], anchor: Path | None
    ) -> None:
        keys: list[str] = []
        if not own_keys and found.public_keys:
            keys = found.public_keys
            self.stderr.write(
                _(
                    "Neither SEAL_SIGNING_KEY nor SEAL_PUBLIC_KEYS is set: the "
                    "backup's own public keys are trusted. Compare them with those "
                    "you know: %(keys)s"
                )
                % {"keys": ", ".join(keys)}
            )
        call_command(
            "verify_log",
            anchor=anchor,
            public_key=keys,
            stdout=self.stdout,
            stderr=self.stderr,
        )


def _role_that_serves(alias: str) -> str | None:
    """Where that is not the owner: it may be one that this server has not seen."""
    owner, serving = connections[alias], connections["default"]
    role: str = serving.settings_dict["USER"]
    is_another = role != owner.settings_dict["USER"]
    return role if serving.vendor == "postgresql" and is_another else None


def _within(folder: Path) -> Path | None:
    return folder / ANCHOR if (folder / ANCHOR).is_file() else None
