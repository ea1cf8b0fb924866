"""Reads rows of the log for the proofs: thousands at once, without model instances."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from predictions.models import Prediction
from predictions.proof.canonical import parsed
from predictions.proof.digests import columns_read

CHUNK = 2000
JSON_COLUMNS = ("missing_features", "warnings", "input_payload")
COLUMNS = (*columns_read(), "payload_salt", "employee_id", "input_payload")

Row = dict[str, Any]


def read(rows: QuerySet[Prediction]) -> Iterator[Row]:
    """Every column that a proof needs, as Python has it; ordered as `rows` is."""
    # As text: Django's own reading of JSON takes three times as long.
    as_text = {f"{name}_text": Cast(name, TextField()) for name in JSON_COLUMNS}
    names = [f"{name}_text" if name in JSON_COLUMNS else name for name in COLUMNS]
    places = [COLUMNS.index(name) for name in JSON_COLUMNS]
    found = rows.annotate(**as_text).values_list(*names)
    for values in found.iterator(chunk_size=CHUNK):
        row = list(values)
        for place in places:
            row[place] = parsed(row[place])
        yield dict(zip(COLUMNS, row, strict=True))


def by_id(numbers: Sequence[int]) -> dict[int, Row]:
    """The rows with these numbers; one that is gone is not in it."""
    return {row["id"]: row for row in read(Prediction.objects.filter(pk__in=numbers))}
