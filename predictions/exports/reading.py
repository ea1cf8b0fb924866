"""Rows of the log for a file: newest first, by key, with what is known beside them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT

from attrition.models import Employee
from predictions.models import Prediction, SealedPrediction
from predictions.models.newest import OF_BATCH, behind

AT_ONCE = 500  # rows fetched together


def written_so_far(rows: QuerySet[Prediction]) -> QuerySet[Prediction]:
    """So that a file has an end, however fast the log grows."""
    newest = Prediction.objects.order_by("-pk").values_list("pk", flat=True).first()
    return rows.filter(pk__lte=newest or 0)


def in_order(rows: QuerySet[Prediction], order: Sequence[Any]) -> Iterator[Prediction]:
    """A few at a time in memory. `order` is one of `models.newest`, newest first, or a
    batch's own.

    By key: to be read bit by bit, one large query would be copied whole first.
    """
    rows = rows.order_by(*order)
    following = Q()
    while page := list(rows.filter(following)[:AT_ONCE]):
        _add(page)
        yield from page
        last = page[-1]
        if tuple(order) == OF_BATCH:
            following = Q(batch_row__gt=last.batch_row)
        else:
            following = behind(last.created_at, last.pk)


def _add(page: Sequence[Any]) -> None:
    departments = departments_of(row.employee_id for row in page)
    seals = seals_of(row.pk for row in page)
    for row in page:
        row.department = departments.get(row.employee_id)
        row.seal = seals.get(row.pk)


def departments_of(employees: Iterable[int | None]) -> dict[int, str | None]:
    """As the stored employees have them today."""
    known = Employee.objects.filter(pk__in={n for n in employees if n is not None})
    return dict(known.values_list("pk", KT("features__departement")))


def seals_of(numbers: Iterable[int]) -> dict[int, int]:
    """The number of the seal of each row that is sealed."""
    listed = SealedPrediction.objects.filter(pk__in=list(numbers))
    return dict(listed.values_list("pk", "seal_id"))
