"""Many rows of the log at once, as `services.predict` would write them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from attrition import releases
from predictions.models import Prediction, Source
from predictions.services import Caller, Record, rows_for
from tests.factories import seed_features

DIFFERENT = 500  # people; rows beyond repeat them with salts and times of their own


def fill(count: int) -> None:
    """Write `count` rows; by COPY on PostgreSQL."""
    rows = _rows(count)
    if connection.vendor == "postgresql":
        _copy(rows)
        return
    while batch := [row for _, row in zip(range(1000), rows, strict=False)]:
        Prediction.objects.bulk_create(batch)


def _rows(count: int) -> Iterator[Prediction]:
    release = releases.current()
    caller = Caller(Source.BATCH, key_prefix="abcdefgh", key_owner="ana")
    start = timezone.now() - timedelta(days=30)
    for first in range(0, count, DIFFERENT):
        records = [
            Record(
                seed_features() | {"revenu_mensuel": 2000 + i, "age": 20 + i % 40}, i
            )
            for i in range(1, min(DIFFERENT, count - first) + 1)
        ]
        for i, row in enumerate(rows_for(release, records, caller)):
            row.created_at = start + timedelta(seconds=first + i)
            yield row


def _copy(rows: Iterator[Prediction]) -> None:
    fields = [field for field in Prediction._meta.concrete_fields if field.name != "id"]
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f"COPY predictions ({names}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_plain(getattr(row, f.attname)) for f in fields])


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
