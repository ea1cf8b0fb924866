"""Scores stored employees, or a file of people; logs like the API does."""

import hashlib
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.models import HIGHEST_EMPLOYEE_ID, Employee
from attrition.typography import titled
from predictions.answers import answer
from predictions.batches import making, reading
from predictions.batches.making import Asker, TooManyRows
from predictions.management import batch_runs, refused_lines, score_output
from predictions.management.arguments import operator
from predictions.models import Batch, Prediction, Source
from predictions.record_files import FileKind, FileRefused, read, sound
from predictions.services import Caller, LogUnavailable, Record, explain, predict

CHUNK = 500  # employees scored and logged in one transaction
KINDS = {".csv": FileKind.CSV, ".ndjson": FileKind.NDJSON, ".jsonl": FileKind.NDJSON}


def employee_id(text: str) -> int:
    is_number = text.isascii() and text.isdigit()
    if not (is_number and 1 <= int(text) <= HIGHEST_EMPLOYEE_ID):
        raise ArgumentTypeError(_("“%s” is no employee number such as 669.") % text)
    return int(text)


def record_file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in KINDS:
        raise ArgumentTypeError(
            _("“%(file)s” must end in one of: %(endings)s.")
            % {"file": text, "endings": ", ".join(KINDS)}
        )
    return path


class Command(BaseCommand):
    help = (
        "Score stored employees, or the people of a file; every answer is logged "
        "before it is shown. With --all and --file, a run that was interrupted goes on "
        "where it ended when the same command is run again."
    )
    # Scoring says itself what is wrong with the release, in one sentence.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("employee_ids", nargs="*", type=employee_id)
        parser.add_argument("--all", action="store_true", help="everyone who is active")
        parser.add_argument(
            "--changed-only",
            action="store_true",
            help="with --all: leave out whose last answer would be the same",
        )
        parser.add_argument(
            "--file", type=record_file, help="people of a CSV or NDJSON file"
        )
        parser.add_argument(
            "--keep-going",
            action="store_true",
            help="with --file: score the others, and write who is refused to --errors",
        )
        parser.add_argument(
            "--errors", type=Path, help="if unsaid the file's name with .errors.csv"
        )
        parser.add_argument(
            "--batch", type=UUID, help="the answers of a batch, finished if need be"
        )
        parser.add_argument(
            "--restart",
            action="store_true",
            help="give up what interrupted runs have left, and begin anew",
        )
        parser.add_argument("--output", type=Path, help="a file for the answers")
        parser.add_argument("--overwrite", action="store_true", help="replace --output")
        parser.add_argument(
            "--summary", action="store_true", help="no answers, only how many"
        )
        parser.add_argument(
            "--explain", action="store_true", help="what each field contributed"
        )
        parser.add_argument("--format", choices=list(score_output.FORMATS))

    def handle(self, *, employee_ids: list[int], **options: Any) -> None:
        self.options = options
        self.format = _format(options)
        self._check(employee_ids)
        self.refused = 0
        try:
            if employee_ids:
                self._show(self._scored(self._employees(employee_ids)))
            else:
                self._run_batch()
        except (ReleaseRejected, LogUnavailable) as error:
            raise CommandError(str(error)) from error
        if self.refused:
            count = {"count": self.refused}
            raise CommandError(_("%(count)s employee(s) were not scored.") % count)

    def _check(self, employee_ids: list[int]) -> None:
        """Refuse what makes no sense together."""
        given = self.options
        whom = (employee_ids, given["all"], given["file"], given["batch"])
        if len(list(filter(None, whom))) != 1:
            raise CommandError(
                _(
                    "Say whom to score in one way: numbers of employees, --all, --file "
                    "or --batch."
                )
            )
        for name, needed in (("changed_only", "all"), ("keep_going", "file")):
            if given[name] and not given[needed]:
                flags = {"flag": f"--{name.replace('_', '-')}", "needed": f"--{needed}"}
                raise CommandError(_("%(flag)s goes with %(needed)s.") % flags)
        if given["explain"] and self.format == "csv":
            raise CommandError(
                _("A CSV has no room for --explain: use --format json or table.")
            )
        if given["summary"] and given["output"] is not None:
            raise CommandError(_("--summary writes no answers: leave out --output."))
        if given["output"] is not None:
            self._check_output(given["output"])

    def _check_output(self, output: Path) -> None:
        batch_runs.check_output(output, overwrite=self.options["overwrite"])
        file = self.options["file"]
        if file is not None and output.resolve() == file.resolve():
            raise CommandError(_("--output would replace the file that is read."))
        if self.format != "table" and output.suffix != f".{self.format}":
            raise CommandError(
                _("“%(file)s” must end in .%(format)s, as the answers are written.")
                % {"file": output, "format": self.format}
            )

    # Chosen employees

    def _employees(self, ids: list[int]) -> list[Employee]:
        """Those named, in that order, each once."""
        ids = list(dict.fromkeys(ids))
        found = Employee.objects.in_bulk(ids)
        if unknown := ", ".join(str(pk) for pk in ids if pk not in found):
            raise CommandError(
                _("There is no employee %(unknown)s; nobody was scored.")
                % {"unknown": unknown}
            )
        return [found[pk] for pk in ids]

    def _scored(self, employees: list[Employee]) -> Iterator[Prediction]:
        caller = Caller(source=Source.COMMAND, user_name=operator())
        for first in range(0, len(employees), CHUNK):
            yield from self._scored_chunk(employees[first : first + CHUNK], caller)

    def _scored_chunk(self, chunk: list[Employee], caller: Caller) -> list[Prediction]:
        """Score those who can be; who can't is named and counted."""
        while chunk:
            try:
                records = [Record(e.features, e.pk) for e in chunk]
                explained = self.options["explain"]
                return predict(records, caller=caller, explain=explained)
            except InvalidFeatures as error:
                refused = chunk.pop(error.index)
                self.refused += 1
                for problem in error.problems:
                    self.stderr.write(titled(refused.pk, problem.message))
        return []

    # Everyone, or a file

    def _run_batch(self) -> None:
        batch = self._batch()
        batch_runs.finish(batch)
        if not self.options["summary"]:
            self._show_all(batch)
        self.refused = reading.progress(batch).refused
        if self.refused:
            self._tell_refused(batch)
        if self.options["summary"] or self.options["output"]:
            self.stdout.write(batch_runs.summary(batch))

    def _show_all(self, batch: Batch) -> None:
        try:
            self._show(self._answers(batch))
        except (KeyboardInterrupt, OSError) as error:
            if isinstance(error, BrokenPipeError):  # a pager that has seen enough
                raise
            # Run again as it was, the command would score everybody once more.
            raise CommandError(
                _("All are scored. --batch %(id)s writes the answers.")
                % {"id": batch.pk},
                returncode=batch_runs.INTERRUPTED,
            ) from error

    def _batch(self) -> Batch:
        """What an earlier run has left of the same work, or new work."""
        if self.options["batch"]:
            pk = self.options["batch"]
            if (found := Batch.objects.filter(pk=pk).first()) is None:
                raise CommandError(_("There is no batch %(id)s.") % {"id": pk})
            return found
        request = self._request()
        who = batch_runs.asker(request)
        left = batch_runs.unfinished(who)
        if self.options["restart"]:
            batch_runs.give_up_all(who)
        elif left:
            self.stderr.write(batch_runs.going_on(left))
            return left
        for other in batch_runs.others(who):
            self.stderr.write(batch_runs.still_open(other))
        if self.options["file"] is None:
            changed_only = self.options["changed_only"]
            return making.of_everyone(who, changed_only=changed_only)
        return self._of_file(who)

    def _request(self) -> dict[str, Any]:
        """What this run is about: the same again is the same work."""
        path = self.options["file"]
        if path is None:
            return {"all": True, "changed_only": self.options["changed_only"]}
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        return {"file": digest, "keep_going": self.options["keep_going"]}

    def _of_file(self, who: Asker) -> Batch:
        path = self.options["file"]
        try:
            with path.open("rb") as file:
                kind = KINDS[path.suffix.lower()]
                lines = read(file, kind, releases.current().validator)
                if not self.options["keep_going"]:
                    lines = sound(lines)
                return making.of_file(lines, who)
        except FileRefused as error:
            for problem in error.problems:
                self.stderr.write(refused_lines.located(path, problem))
            raise CommandError(_("Nobody was scored.")) from error
        except TooManyRows as error:
            raise CommandError(refused_lines.too_many(making.MOST_ROWS)) from error

    def _answers(self, batch: Batch) -> Iterator[Prediction]:
        for row in reading.rows(batch):
            if self.options["explain"] and row.input_payload is not None:
                row.explanation = explain(row)
            yield row

    def _tell_refused(self, batch: Batch) -> None:
        if self.options["keep_going"]:
            path = self.options["file"]
            errors = self.options["errors"] or path.with_name(f"{path.name}.errors.csv")
            refused_lines.write(errors, reading.refusals(batch))
            self.stderr.write(_("Who was refused: %(file)s") % {"file": errors})
            return
        for refused in reading.refusals(batch):
            for problem in refused.problems:
                self.stderr.write(titled(refused.employee_id, problem["message"]))

    def _show(self, rows: Iterator[Prediction]) -> None:
        answers = ({"employee_id": row.employee_id, **answer(row)} for row in rows)
        texts = score_output.FORMATS[self.format](answers)
        if self.options["output"] is None:
            for text in texts:
                self.stdout.write(text)
        else:
            score_output.write(self.options["output"], texts)


def _format(options: dict[str, Any]) -> str:
    """What was asked for, or what the output's name says, or a table."""
    if options["format"]:
        return str(options["format"])
    if options["output"] is None:
        return "table"
    ending = options["output"].suffix.strip(".")
    if ending not in score_output.FILE_FORMATS:
        raise CommandError(
            _("“%(file)s” must end in one of: %(endings)s.")
            % {
                "file": options["output"],
                "endings": ", ".join(f".{name}" for name in score_output.FILE_FORMATS),
            }
        )
    return str(ending)
