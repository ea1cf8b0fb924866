"""Writes down who looks at whom before it is shown: the only way into that log."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from django.db import Error, transaction
from django.utils import timezone

from predictions.models import Access, AccessedEmployee, Action, Purpose
from predictions.services import Caller, LogUnavailable

Shown = TypeVar("Shown")

LASTS = timedelta(minutes=30)
"""How long a purpose holds for one person, from when it was given."""

AT_ONCE = 500  # rows a statement: SQLite takes few parameters


def record(
    caller: Caller,
    action: Action,
    *,
    page: str,
    employees: Iterable[int | None] = (),
    people: int | None = None,
    prediction_id: int | None = None,
    purpose: Purpose | None = None,
    details: dict[str, Any] | None = None,
) -> Access:
    """One look at these employees; None is somebody whom the data does not name.

    `people` says how many, where another look has named them.

    Raises LogUnavailable: then nothing was written, and nothing may be shown.
    """
    seen = list(employees)
    try:
        with transaction.atomic():
            look = Access.objects.create(
                action=action,
                source=caller.source,
                user_name=caller.user_name,
                key_prefix=caller.key_prefix,
                key_owner=caller.key_owner,
                request_id=caller.request_id,
                purpose=purpose or "",
                page=page,
                prediction_id=prediction_id,
                people=_count(seen) if people is None else people,
                details=details or {},
            )
            _name(look, seen)
    except Error:
        # The database's own text can hold the row: nothing of it goes on.
        raise LogUnavailable("The access log could not be written.") from None
    return look


def each(
    look: Access, shown: Iterable[Shown], whom: Any, chunk: int = AT_ONCE
) -> Iterator[Shown]:
    """What is shown bit by bit, each piece after its people are in `look`.

    `whom` gives the number of each. Raises LogUnavailable in the middle: the rest is
    then not shown.
    """
    piece: list[Shown] = []
    for item in shown:
        piece.append(item)
        if len(piece) == chunk:
            yield from _named(look, piece, whom)
            piece = []
    yield from _named(look, piece, whom)


def _count(seen: Sequence[int | None]) -> int:
    return len(set(seen) - {None}) + seen.count(None)


def _named(look: Access, piece: Sequence[Shown], whom: Any) -> Sequence[Shown]:
    people = {whom(item) for item in piece} - {None}
    try:
        # Somebody who is in many pieces stands in the look once.
        known = AccessedEmployee.objects.filter(access=look, employee_id__in=people)
        _name(look, people - set(known.values_list("employee_id", flat=True)))
    except Error:
        raise LogUnavailable("The access log could not be written.") from None
    return piece


def _name(look: Access, employees: Iterable[int | None]) -> None:
    numbers = sorted({number for number in employees if number is not None})
    rows = [AccessedEmployee(access=look, employee_id=number) for number in numbers]
    AccessedEmployee.objects.bulk_create(rows, AT_ONCE)


class Revealed(NamedTuple):
    """A purpose that somebody gave, and until when it holds."""

    purpose: Purpose
    until: datetime


class RevealedPeople:
    """Whose values one user may see at this moment, by employee or by row.

    A row that names no employee is revealed by itself.
    """

    def __init__(self, user_name: str) -> None:
        self._by_employee: dict[int, Revealed] = {}
        self._by_row: dict[int, Revealed] = {}
        looks = Access.objects.filter(
            action=Action.REVEAL,
            user_name=user_name,
            created_at__gt=timezone.now() - LASTS,
        ).order_by("created_at", "pk")  # the last one given counts
        for look in looks.prefetch_related("employees"):
            given = Revealed(Purpose(look.purpose), look.created_at + LASTS)
            for seen in look.employees.all():
                if seen.employee_id is not None:
                    self._by_employee[seen.employee_id] = given
            if look.prediction_id is not None:
                self._by_row[look.prediction_id] = given

    def of(self, employee_id: int | None, prediction_id: int | None) -> Revealed | None:
        if employee_id is not None:
            return self._by_employee.get(employee_id)
        return self._by_row.get(prediction_id) if prediction_id is not None else None
