"""Checks the log against its seals; ends with 1 when something is wrong."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.db.models import Sum
from django.utils.translation import gettext as _
from tqdm import tqdm

from predictions.database import triggers
from predictions.management.arguments import (
    add_processes,
    moment,
    operator,
    row_number,
)
from predictions.models import LogCheck, Prediction, Seal
from predictions.processes import ProcessLost, over_processes, suitable
from predictions.proof import anchors, inclusion, signing
from predictions.proof.anchors import BadAnchor
from predictions.proof.checking import Finding
from predictions.proof.digests import UnknownSchema
from predictions.proof.inclusion import NotSealed
from predictions.proof.signing import BadKey
from predictions.proof.verifying import Verification

MOST_SHOWN = 100


class Command(BaseCommand):
    help = "Check every row of the log, every seal and their chain."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=moment, help="only rows sealed from then on (ISO 8601)"
        )
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="what seal_log --anchor wrote"
        )
        parser.add_argument(
            "--public-key",
            action="append",
            default=[],
            metavar="KEY",
            help="trust seals by this key (base64) alone; may be said of several",
        )
        parser.add_argument(
            "--prove",
            type=row_number,
            metavar="ID",
            help="print the proof that this row is in its seal, and nothing else",
        )
        parser.add_argument(
            "--with-payload",
            action="store_true",
            help="put into the proof what the digest stands for: personal data",
        )

        add_processes(parser)

    def handle(
        self,
        *,
        since: datetime | None,
        anchor: Path | None,
        public_key: list[str],
        prove: int | None,
        with_payload: bool,
        processes: int | None,
        **options: Any,
    ) -> None:
        try:
            if prove is not None:
                document = inclusion.proof(prove, with_payload=with_payload)
                text = json.dumps(document, ensure_ascii=False, indent=2)
                self.stdout.write(text)
                self._warn_of(inclusion.findings(prove))
                return
            known = anchors.read(anchor) if anchor is not None else []
            trusted = [signing.check_public_key(key) for key in public_key]
            trusted = trusted or signing.trusted_keys()
        except (BadAnchor, BadKey, NotSealed, UnknownSchema) as error:
            raise CommandError(str(error)) from error
        if processes is None:
            rows = Seal.objects.aggregate(rows=Sum("row_count"))["rows"] or 0
            processes = suitable(rows)
        try:
            with (
                over_processes(processes) as spread,
                tqdm(
                    total=Prediction.objects.count() if sys.stderr.isatty() else None,
                    desc=_("verifying"),
                    disable=None,
                    leave=False,
                ) as bar,
            ):
                check = Verification(since, trusted, known, bar.update, spread)
                self._report(check, bar)
        except ProcessLost as error:
            raise CommandError(str(error)) from error
        except Error as error:  # its text can hold a row
            kind = {"kind": type(error).__name__}
            text = _("The log could not be read to its end: %(kind)s.") % kind
            raise CommandError(text) from None

    def _warn_of(self, findings: list[Finding]) -> None:
        for finding in findings:
            self.stderr.write(str(finding))
        if findings:
            sys.exit(1)

    def _report(self, check: Verification, bar: Any) -> None:
        for finding in check.run():
            if check.findings <= MOST_SHOWN:
                bar.clear()
                self.stdout.write(str(finding))
        bar.close()
        if check.since is None:
            self._keep(check)
        if check.findings > MOST_SHOWN:
            rest = {"count": check.findings - MOST_SHOWN}
            self.stdout.write(_("… and %(count)s more.") % rest)
        unlocked = _unlocked()
        for line in [*_summary(check), *unlocked]:
            self.stdout.write(line)
        if check.findings:
            self.stdout.write(
                self.style.ERROR(_("Wrong: %(count)s.") % {"count": check.findings})
            )
            sys.exit(1)
        if unlocked:
            text = _("Nothing was changed so far: without its triggers the log can be.")
            self.stdout.write(self.style.WARNING(text))
        else:
            self.stdout.write(self.style.SUCCESS(_("Nothing is wrong.")))

    def _keep(self, check: Verification) -> None:
        """For the back-office; whoever may only read verifies all the same."""
        try:
            LogCheck.objects.create(
                rows=check.rows,
                seals=len(check.seals),
                waiting=check.waiting,
                findings=check.findings,
                has_keys=bool(check.public_keys),
                has_anchor=bool(check.anchors),
                user_name=operator(),
            )
        except Error as error:
            kind = {"kind": type(error).__name__}
            text = _("The outcome could not be put on record: %(kind)s.")
            self.stderr.write(text % kind)


def _unlocked() -> list[str]:
    text = _("Table %s lacks its triggers; manage.py migrate puts them back.")
    return [text % table for table in triggers.missing(connection)]


def _summary(check: Verification) -> list[str]:
    lines = [
        _(
            "%(rows)s rows and %(seals)s seals were checked; %(waiting)s rows wait for "
            "the next seal."
        )
        % {"rows": check.rows, "seals": len(check.seals), "waiting": check.waiting}
    ]
    if check.unsigned:
        lines.append(_("%(count)s seals are not signed.") % {"count": check.unsigned})
    if check.seals and not check.public_keys:
        lines.append(
            _(
                "No key is trusted (--public-key, SEAL_PUBLIC_KEYS, "
                "SEAL_SIGNING_KEY): whoever could write to the database could have "
                "made all seals anew."
            )
        )
    if check.seals and not check.anchors:
        lines.append(
            _("Without --anchor nobody sees whether the newest seals were cut off.")
        )
    return lines
