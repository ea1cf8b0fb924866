"""Copies people and answers of the proof of concept, each of them once.

A chunk is a transaction: whatever ends a run, what was copied stays, and the next run
goes on where this one ended, because rows that are here already are looked up by their
numbers and compared. Nothing that is here is changed, and answers come in ascending
order, each with the number that it had.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attrition import employees
from attrition.models import Employee
from predictions.database import numbers
from predictions.models import Prediction, Seal, Source
from predictions.poc import fitting, source, writing
from predictions.poc.fitting import Answer, Misfit
from predictions.proof.digests import moment, payload_digest
from predictions.proof.gaps import GAP_LASTS
from predictions.proof.rows import within

MARGIN = timedelta(hours=1)  # in which a chunk commits and is sealed
Fault = Callable[[Any, str], object]
"""Is told the number of a row that doesn't fit, and why."""


@dataclass
class Counts:
    """`other` are people whom this service knows by other features: they stay so."""

    copied: int = 0
    known: int = 0
    other: int = 0
    misfits: int = 0


@dataclass
class Copying:
    """`advance` is told how many rows more were dealt with."""

    old: source.Source
    dry_run: bool
    advance: Callable[[int], object] = lambda count: None
    taken: int = field(default=0, init=False)
    """Answers whose numbers this service had given away before."""

    def people(self, fault: Fault) -> Counts:
        counts = Counts()
        for rows in self.old.people():
            new = []
            for row in rows:
                try:
                    person = fitting.person(row)
                except Misfit as error:
                    counts.misfits += 1
                    fault(row.employee_id, str(error))
                else:
                    new.append(_employee(person))
            added = employees.add(new, dry_run=self.dry_run)
            counts.copied += added.new
            counts.known += added.same
            counts.other += added.other
            self.advance(len(rows))
        return counts

    def answers(self, fault: Fault) -> Counts:
        """Raises `numbers.NotOwner`; then nothing was written."""
        counts = Counts()
        highest = self.old.highest_answer(fitting.HIGHEST_NUMBER)
        if not self.dry_run and highest > 0:
            # First, so that nobody who is answered meanwhile takes one of these.
            numbers.pass_over(highest)
        for rows in self.old.answers():
            fits = list(_fitting(rows, counts, fault))
            with transaction.atomic():
                new = list(self._new(fits, counts, fault))
                if new and not self.dry_run:
                    writing.write(new)
            counts.copied += len(new)
            self.advance(len(rows))
        return counts

    def _new(
        self, fits: Sequence[Answer], counts: Counts, fault: Fault
    ) -> Iterator[Answer]:
        known = _known(fits)
        is_closed = _closed()
        for answer in fits:
            row = known.get(answer.id)
            if row is None and not is_closed(answer.id):
                yield answer
            elif row is not None and _is_same(row, answer):
                counts.known += 1
            else:
                counts.misfits += 1
                self.taken += row is not None and row["source"] != Source.IMPORTED
                fault(answer.id, _why_not(row))


def _employee(person: fitting.Person) -> Employee:
    return Employee(
        employee_id=person.employee_id,
        features=person.features,
        created_at=person.created_at,
    )


def _fitting(
    rows: Sequence[source.Answer], counts: Counts, fault: Fault
) -> Iterator[Answer]:
    for row in rows:
        try:
            yield fitting.answer(row)
        except Misfit as error:
            counts.misfits += 1
            fault(row.id, str(error))


COMPARED = ("created_at", "proba_depart", "prediction", "threshold", "model_version")


def _known(fits: Sequence[Answer]) -> dict[int, dict[str, Any]]:
    """What the log has under these numbers."""
    if not fits:
        return {}
    rows = Prediction.objects.filter(within([answer.id for answer in fits]))
    columns = ("id", "source", "payload_salt", "payload_digest", *COMPARED)
    return {row["id"]: row for row in rows.values(*columns)}


def _is_same(row: Mapping[str, Any], answer: Answer) -> bool:
    """An answer whose payload was erased since stays erased."""
    if row["source"] != Source.IMPORTED:
        return False
    if any(row[name] != getattr(answer, name) for name in COMPARED):
        return False
    salt = row["payload_salt"]
    if salt is None:
        return True
    found = payload_digest(salt, answer.payload, answer.employee_id)
    return found == str(row["payload_digest"])


def _closed() -> Callable[[int], bool]:
    """Whether a number is one that no seal will look for any more."""
    seal = Seal.objects.order_by("-number").first()
    last = seal.last_id if seal else 0
    since = moment(timezone.now() - GAP_LASTS + MARGIN)
    gaps = [gap for gap in seal.gaps if gap[2] > since] if seal else []

    def is_closed(number: int) -> bool:
        is_open = any(low <= number <= high for low, high, _seen in gaps)
        return number <= last and not is_open

    return is_closed


def _why_not(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return _("the seals have passed its number, and would never cover it")
    if row["source"] == Source.IMPORTED:
        return _("it was copied before and is another one now")
    return _("its number is that of an answer of this service")
