"""Reads rows of the log for the proofs: thousands at once, without model instances."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from predictions.models import Prediction
from predictions.proof import digests

CHUNK = 2000
TEXT_COLUMNS = (*digests.TEXT_COLUMNS, "input_payload")
COLUMNS = (*digests.columns_read(), "payload_salt", "employee_id", "input_payload")

Row = dict[str, Any]
"""The columns by name; JSON and times as the text that the database gives."""

# Django's own reading of them takes half the time of all that is done with a row.
_AS_TEXT = {f"{name}_text": Cast(name, TextField()) for name in TEXT_COLUMNS}
_NAMES = [f"{name}_text" if name in TEXT_COLUMNS else name for name in COLUMNS]


def read(rows: QuerySet[Prediction]) -> Iterator[Row]:
    """Every column that a proof needs, as Python has it; streams."""
    found = rows.annotate(**_AS_TEXT).values_list(*_NAMES)
    return map(_row, found.iterator(chunk_size=CHUNK))


def by_id(numbers: Sequence[int]) -> dict[int, Row]:
    """The rows with these numbers; one that is gone is not in it."""
    rows = Prediction.objects.filter(within(numbers))
    found = rows.annotate(**_AS_TEXT).values_list(*_NAMES)
    return {values[0]: _row(values) for values in found}


def within(numbers: Sequence[int]) -> Q:
    """One of these numbers, no two of them the same."""
    low, high = min(numbers), max(numbers)
    is_range = high - low + 1 == len(numbers)
    return Q(pk__range=(low, high)) if is_range else Q(pk__in=numbers)


def _row(values: tuple[Any, ...]) -> Row:
    return dict(zip(COLUMNS, values, strict=True))
