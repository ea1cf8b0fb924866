"""Stores the people of the three HR extracts; the outcome is never read."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from attrition import employees, extracts, imports, releases
from attrition.employees import Imported, TooManyGone
from attrition.errors import ReleaseRejected
from attrition.extracts import Extracts, Person
from attrition.imports import Caller
from attrition.management.reports import problem_list
from attrition.models import ImportWay


class Command(BaseCommand):
    help = "Insert or update the people of the three HR extracts, all or none."
    # Nothing is scored here: a broken release is no reason to refuse.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, required=True, help="folder of the three extracts"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, store nothing"
        )
        parser.add_argument(
            "--complete",
            action="store_true",
            help="the extracts hold everyone: archive who is in them no more",
        )
        parser.add_argument(
            "--force", action="store_true", help="even if that is most people"
        )

    def handle(
        self, *, data: Path, dry_run: bool, complete: bool, force: bool, **options: Any
    ) -> None:
        if force and not complete:
            flags = {"flag": "--force", "needed": "--complete"}
            raise CommandError(_("%(flag)s goes with %(needed)s.") % flags)
        try:
            found = extracts.read(data, with_outcome=False)
        except extracts.ExtractError as error:
            raise CommandError(problem_list(error, _("Nothing was stored."))) from error
        for file, columns in found.ignored_columns.items():
            left_out = {"file": file, "columns": ", ".join(columns)}
            self.stdout.write(_("%(file)s: left out %(columns)s.") % left_out)
        try:
            counted = _imported(found, complete, force, dry_run)
        except TooManyGone as error:
            sentence = _(
                "%(gone)s of %(active)s active people are not in the extracts, and "
                "would be archived: are these the whole extracts? Nothing was stored. "
                "If they are, add --force."
            )
            raise CommandError(sentence % vars(error)) from error
        self._report(counted, complete)
        if dry_run:
            self.stdout.write(_("Nothing was stored."))
        self._warn(found.people)

    def _report(self, counted: Imported, complete: bool) -> None:
        said = [
            _("Inserted: %(inserted)s, updated: %(updated)s, unchanged: %(unchanged)s.")
        ]
        if complete or counted.brought_back:
            said.append(_("Archived: %(archived)s, brought back: %(brought_back)s."))
        for sentence in said:
            self.stdout.write(self.style.SUCCESS(sentence % asdict(counted)))

    def _warn(self, people: list[Person]) -> None:
        """Facts are stored as they are; what can't be scored is said right away."""
        try:
            release = releases.current()
        except ReleaseRejected as error:
            self.stderr.write(str(error))
            return
        for field, values in employees.unscorable(people, release.categories).items():
            listed = ", ".join(f"{value} ({count})" for value, count in values.items())
            self.stderr.write(
                _("Release %(version)s does not know, and will not score, %(field)s:")
                % {"version": release.version, "field": field}
                + f" {listed}"
            )


@transaction.atomic
def _imported(found: Extracts, complete: bool, force: bool, dry_run: bool) -> Imported:
    counted = employees.store(
        found.people, complete=complete, force=force, dry_run=dry_run
    )
    if not dry_run:
        files = {
            name: {"name": name, "sha256": digest}
            for name, digest in found.sha256.items()
        }
        caller = Caller(ImportWay.COMMAND)
        imports.record(counted, caller=caller, complete=complete, files=files)
    return counted
