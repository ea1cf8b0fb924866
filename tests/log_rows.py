"""Many rows of the log at once, as `services.predict` would write them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from attrition import releases
from predictions.models import Prediction, Source
from predictions.services import Caller, Record, rows_for
from tests.factories import seed_features

DIFFERENT = 500  # people; rows beyond repeat them with salts and times of their own
RARE = 50  # rows of the rare source and release, however many there are

Change = Callable[[int, Prediction], None]


def fill(count: int, people: int = DIFFERENT, change: Change | None = None) -> None:
    """Write `count` rows about so many people; by COPY on PostgreSQL.

    `change` may alter each row, by its place, in what its digest does not cover.
    """
    rows = _rows(count, people)
    if change is not None:
        rows = _changed(rows, change)
    if connection.vendor == "postgresql":
        _copy(rows)
        return
    while batch := [row for _, row in zip(range(1000), rows, strict=False)]:
        Prediction.objects.bulk_create(batch)


def as_years_leave_it(size: int) -> Change:
    """Batches of an old release, then calls of the API, and a few rows of old imports.

    What was common once and is not used since is what a planner can't know.
    """
    old, new = (Source.BATCH, "1.0.0"), (Source.API, "1.1.0")

    def change(place: int, row: Prediction) -> None:
        row.source, row.model_version = old if place < size // 2 else new
        row.key_owner = "payroll" if place < size // 2 else "ana"
        row.request_id = f"{max(place - size // 2, 0):032x}"  # one for all batches
        if place < size // 4 and place % (size // 4 // RARE) == 0:
            row.source, row.model_version = Source.IMPORTED, "0.9.0"
            row.key_owner = "audit"
            row.warnings = [*row.warnings, {"code": "thin_evidence", "fields": []}]

    return change


def _changed(rows: Iterator[Prediction], change: Change) -> Iterator[Prediction]:
    for place, row in enumerate(rows):
        change(place, row)
        yield row


def _rows(count: int, people: int) -> Iterator[Prediction]:
    release = releases.current()
    caller = Caller(Source.BATCH, key_prefix="abcdefgh", key_owner="ana")
    start = timezone.now() - timedelta(days=30)
    usual = seed_features()
    for first in range(0, count, people):
        records = [
            Record(usual | _features(i), i)
            for i in range(1, min(people, count - first) + 1)
        ]
        for i, row in enumerate(rows_for(release, records, caller)):
            row.created_at = start + timedelta(seconds=first + i)
            yield row


def _features(i: int) -> dict[str, Any]:
    return {
        "revenu_mensuel": 2000 + i,
        "age": 20 + i % 40,
        "eval_number": f"E_{i}",
        "eval_number_int": i,
        "code_sondage": i,
        "employee_id_anon": f"emp_{i:016x}",
    }


def _copy(rows: Iterator[Prediction]) -> None:
    fields = [field for field in Prediction._meta.concrete_fields if field.name != "id"]
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f"COPY predictions ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(getattr(row, f.attname)) for f in fields])


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
