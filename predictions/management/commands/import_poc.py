"""Copies the log of the proof of concept; ends with 1 when something did not fit."""

import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connections
from django.utils.translation import gettext as _
from tqdm import tqdm

from predictions.database.numbers import NotOwner
from predictions.poc import elsewhere
from predictions.poc.copying import Copying, Counts
from predictions.poc.source import SourceRefused, opened

MOST_SHOWN = 100  # of each kind


class Command(BaseCommand):
    help = "Copy the employees and predictions of the proof of concept's database."
    # Nothing is scored here: a broken release is no reason to refuse.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from",
            dest="named",
            required=True,
            metavar="VARIABLE",
            help="the environment variable that holds the old database's URL, as its "
            ".env has it, or the URL itself, whose password everybody on this machine "
            "can then read; the database is only read",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, copy nothing"
        )

    def handle(self, *, named: str, dry_run: bool, **options: Any) -> None:
        alias = "owner" if "owner" in connections else "default"
        if remedy := elsewhere.remedy(connections[alias]):
            raise CommandError(remedy)
        try:
            with opened(named) as old, self._bar(sum(old.counts())) as bar:
                found = self._copy(Copying(old, dry_run, bar.update), bar)
        except SourceRefused as error:
            raise CommandError(str(error)) from error
        except NotOwner as error:
            raise CommandError(
                _(
                    "This role may not pass over the numbers of the old answers: name "
                    "the owner of the tables in DATABASE_OWNER_URL. No answer was "
                    "copied."
                )
            ) from error
        except IntegrityError as error:
            raise CommandError(
                _(
                    "Somebody else has written the same rows at this moment. What was "
                    "copied before stays: run it again."
                )
            ) from error
        if dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
        if found:
            sys.exit(1)

    def _bar(self, total: int) -> Any:
        return tqdm(total=total, desc=_("copying"), disable=None, leave=False)

    def _copy(self, copying: Copying, bar: Any) -> int:
        """How many rows didn't fit."""
        people = copying.people(
            self._faults(_("employee %(number)s: not copied: %(why)s."), bar)
        )
        answers = copying.answers(
            self._faults(_("prediction %(number)s: not copied: %(why)s."), bar)
        )
        bar.clear()
        self._report(people, answers)
        if copying.taken:
            self.stdout.write(
                _(
                    "This service has answered before the copy, under numbers of the "
                    "old log: those old answers can be copied only into a database in "
                    "which nobody was answered yet."
                )
            )
        return people.misfits + answers.misfits

    def _faults(self, sentence: str, bar: Any) -> Any:
        shown = 0

        def fault(number: Any, why: str) -> None:
            nonlocal shown
            shown += 1
            bar.clear()
            if shown <= MOST_SHOWN:
                self.stdout.write(sentence % {"number": number, "why": why})
            elif shown == MOST_SHOWN + 1:
                self.stdout.write(_("… and more of them, see the count below."))

        return fault

    def _report(self, people: Counts, answers: Counts) -> None:
        self.stdout.write(
            _(
                "Employees: %(copied)s copied, %(known)s here already, %(other)s here "
                "with other features (kept as they are here), %(misfits)s did not fit."
            )
            % asdict(people)
        )
        self.stdout.write(
            _(
                "Predictions: %(copied)s copied, %(known)s here already, %(misfits)s "
                "did not fit."
            )
            % asdict(answers)
        )
