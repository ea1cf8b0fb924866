"""Seals the rows of the log that are in no seal yet."""

import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections
from django.utils.translation import gettext as _

from predictions.management.arguments import seconds
from predictions.proof import anchors, sealing, signing
from predictions.proof.anchors import BadAnchor
from predictions.proof.digests import UnknownSchema
from predictions.proof.sealing import ListedAlready, SealedMeanwhile
from predictions.proof.signing import BadKey


class Command(BaseCommand):
    help = "Seal the rows of the log that are in no seal yet."
    # The log goes on whatever release serves.
    requires_system_checks: list[str] = []
    _stopped = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=seconds, metavar="SECONDS", help="go on until stopped"
        )
        parser.add_argument(
            "--anchor",
            type=Path,
            metavar="FILE",
            help="append each seal's hash to this file, to be kept somewhere else",
        )
        parser.add_argument(
            "--parent",
            type=int,
            metavar="PID",
            help="with --every: end when the process that started this one is gone",
        )

    def handle(
        self,
        *,
        every: int | None,
        anchor: Path | None,
        parent: int | None,
        **options: Any,
    ) -> None:
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
            self._seal_until_stopped(key, anchor, every, parent)

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

    def _seal_until_stopped(
        self, key: Any, anchor: Path | None, every: int, parent: int | None
    ) -> None:
        """Whatever fails is said and tried again: the rows wait in the log."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        while True:
            close_old_connections()
            try:
                self._seal(key, anchor, quiet=True)
            except CommandError as error:
                self.stderr.write(str(error))
            except Error as error:  # the text can hold a row
                kind = {"kind": type(error).__name__}
                self.stderr.write(_("Nothing was sealed: %(kind)s.") % kind)
            for _second in range(every):
                if self._stopped or parent not in (None, os.getppid()):
                    return
                time.sleep(1)

    def _stop(self, *signal_and_frame: Any) -> None:
        """A seal that is being made is finished first."""
        self._stopped = True
