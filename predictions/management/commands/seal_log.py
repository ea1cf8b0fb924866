"""Seals the rows of the log that are in no seal yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.translation import gettext as _

from predictions.management.repeating import add_every, repeat, speak_to_the_log
from predictions.proof import anchors, sealing, signing
from predictions.proof.anchors import BadAnchor
from predictions.proof.digests import UnknownSchema
from predictions.proof.sealing import ListedAlready, SealedMeanwhile
from predictions.proof.signing import BadKey


class Command(BaseCommand):
    help = "Seal the rows of the log that are in no seal yet."
    # The log goes on whatever release serves.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_every(parser)
        parser.add_argument(
            "--anchor",
            type=Path,
            metavar="FILE",
            help="append each seal's hash to this file, to be kept somewhere else",
        )

    def handle(
        self,
        *,
        every: int | None,
        anchor: Path | None,
        parent: int | None,
        **options: Any,
    ) -> None:
        if every is not None:
            speak_to_the_log(self)
        try:
            key = signing.signing_key()
        except BadKey as error:
            raise CommandError(str(error)) from error
        if key is None:
            self.stderr.write(
                _("SEAL_SIGNING_KEY is not set: the seals are not signed.")
            )
        if every is None:
            self._seal(key, anchor, quiet=False)
        else:
            repeat(lambda: self._seal_or_say(key, anchor), every, parent)

    def _seal(self, key: Any, anchor: Path | None, *, quiet: bool) -> None:
        rows = seals = 0
        try:
            if anchor is not None:
                anchors.check(anchor)
            for seal in sealing.seal_all(key):
                rows, seals = rows + seal.row_count, seals + 1
            if anchor is not None:
                anchors.append(anchor)
        except (SealedMeanwhile, ListedAlready, UnknownSchema, BadAnchor) as error:
            raise CommandError(str(error)) from error
        except (ValueError, OverflowError) as error:  # the text can hold a row
            text = _("A row can't be hashed: verify_log says what is wrong with it.")
            raise CommandError(text) from error
        if rows or not quiet:
            text = _("Rows sealed: %(rows)s. Seals made: %(seals)s.")
            self.stdout.write(text % {"rows": rows, "seals": seals})

    def _seal_or_say(self, key: Any, anchor: Path | None) -> None:
        """Whatever fails is said and tried again: the rows wait in the log."""
        try:
            self._seal(key, anchor, quiet=True)
        except CommandError as error:
            self.stderr.write(str(error))
        except Error as error:  # the text can hold a row
            kind = {"kind": type(error).__name__}
            self.stderr.write(_("Nothing was sealed: %(kind)s.") % kind)
