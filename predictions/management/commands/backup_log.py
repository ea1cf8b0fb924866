"""Backs up the log and what proves it, into a new folder, while the service goes on."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from predictions.backup import making
from predictions.backup.manifest import BackupRefused
from predictions.proof.signing import BadKey


class Command(BaseCommand):
    help = (
        "Copy the database, the releases, the anchor and the public keys into a new "
        "folder. It holds personal data, and no private key."
    )
    # What is damaged is backed up as well: it is evidence.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="must not exist yet")
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="what seal_log --anchor wrote"
        )

    def handle(self, *, folder: Path, anchor: Path | None, **options: Any) -> None:
        connection = connections["owner" if "owner" in connections else "default"]
        try:
            found = making.make(connection, folder, anchor)
        except (BackupRefused, BadKey) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            text = _("The backup could not be written: %(why)s.") % {"why": error}
            raise CommandError(text) from error
        if anchor is None:
            self.stderr.write(
                _("No anchor is in it (--anchor): keep the anchor file elsewhere.")
            )
        text = _("%(folder)s: %(rows)s predictions, %(files)s files.")
        rows = found.rows.get("predictions", 0)
        self.stdout.write(
            text % {"folder": folder, "rows": rows, "files": len(found.files)}
        )
        self.stdout.write(
            _(
                "SEAL_SIGNING_KEY and SECRET_KEY are not in it: keep .env.local "
                "somewhere else."
            )
        )
