"""Scores stored employees; logs like the API does."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.models import HIGHEST_EMPLOYEE_ID, Employee
from attrition.typography import titled
from predictions.answers import answer
from predictions.management import score_output
from predictions.management.arguments import operator
from predictions.models import Prediction, Source
from predictions.services import Caller, LogUnavailable, Record, predict

CHUNK = 500  # employees scored and logged in one transaction


def employee_id(text: str) -> int:
    is_number = text.isascii() and text.isdigit()
    if not (is_number and 1 <= int(text) <= HIGHEST_EMPLOYEE_ID):
        raise ArgumentTypeError(_("“%s” is no employee number such as 669.") % text)
    return int(text)


class Command(BaseCommand):
    help = "Score stored employees; every answer is logged before it is shown."
    # Scoring says itself what is wrong with the release, in one sentence.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("employee_ids", nargs="*", type=employee_id)
        parser.add_argument("--all", action="store_true", help="everyone stored")
        parser.add_argument(
            "--explain", action="store_true", help="what each field contributed"
        )
        parser.add_argument(
            "--format", choices=list(score_output.FORMATS), default="table"
        )

    def handle(
        self, *, employee_ids: list[int], explain: bool, format: str, **options: Any
    ) -> None:
        if bool(employee_ids) == options["all"]:
            raise CommandError(_("Name employees by their number, or pass --all."))
        if explain and format == "csv":
            raise CommandError(
                _("A CSV has no room for --explain: use --format json or table.")
            )
        self.refused = 0
        try:
            rows = self._scored(self._employees(employee_ids), explain)
            answers = ({"employee_id": row.employee_id, **answer(row)} for row in rows)
            for text in score_output.FORMATS[format](answers):
                self.stdout.write(text)
        except (ReleaseRejected, LogUnavailable) as error:
            raise CommandError(str(error)) from error
        if self.refused:
            count = {"count": self.refused}
            raise CommandError(_("%(count)s employee(s) were not scored.") % count)

    def _employees(self, ids: list[int]) -> Iterator[Employee]:
        """Those named, in that order, each once; everyone for an empty list."""
        if not ids:
            return Employee.objects.order_by("pk").iterator(chunk_size=CHUNK)
        ids = list(dict.fromkeys(ids))
        found = Employee.objects.in_bulk(ids)
        if unknown := ", ".join(str(pk) for pk in ids if pk not in found):
            raise CommandError(
                _("There is no employee %(unknown)s; nobody was scored.")
                % {"unknown": unknown}
            )
        return iter([found[pk] for pk in ids])

    def _scored(
        self, employees: Iterator[Employee], explain: bool
    ) -> Iterator[Prediction]:
        caller = Caller(source=Source.COMMAND, user_name=operator())
        while chunk := list(islice(employees, CHUNK)):
            yield from self._scored_chunk(chunk, caller, explain)

    def _scored_chunk(
        self, chunk: list[Employee], caller: Caller, explain: bool
    ) -> Iterable[Prediction]:
        """Score those who can be; who can't is named and counted."""
        while chunk:
            try:
                records = [Record(e.features, e.pk) for e in chunk]
                return predict(records, caller=caller, explain=explain)
            except InvalidFeatures as error:
                refused = chunk.pop(error.index)
                self.refused += 1
                for problem in error.problems:
                    self.stderr.write(titled(refused.pk, problem.message))
        return []
