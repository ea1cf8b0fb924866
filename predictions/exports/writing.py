"""Files that are written while they are read: CSV and JSON lines."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from predictions.exports.cells import Dialect, storable
from predictions.exports.columns import features, of_answer, of_values, to_know
from predictions.models import Prediction
from predictions.sight import Sight

BLIND = Sight(values=False, survey=False)


def as_csv(
    rows: Iterable[Prediction], seen: Sight, dialect: Dialect
) -> Iterator[bytes]:
    """A line a row. What to know stands in the last column, so that every program finds
    the titles in the first line and the rows behind."""
    columns = [*of_answer(), *(of_values(seen) if seen.values else ()), to_know()]
    yield dialect.begins.encode() + _line((c.heading for c in columns), dialect)
    for row in rows:
        yield _line((column.of(row) for column in columns), dialect)


def as_ndjson(rows: Iterable[Prediction], seen: Sight) -> Iterator[bytes]:
    """An object a row: the API's names and codes, numbers as JSON has them, values as
    sent; only the remark is in words."""
    columns = [*of_answer(), to_know()]
    for row in rows:
        found = {column.key: column.for_programs(row) for column in columns}
        if seen.values:
            found["features"] = features(row, seen)
        text = json.dumps(found, ensure_ascii=False, default=_moment)
        yield storable(text).encode() + b"\n"


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON of {type(value).__name__}")


def _line(cells: Iterable[Any], dialect: Dialect) -> bytes:
    line = io.StringIO()
    writer = csv.writer(line, delimiter=dialect.separator)
    writer.writerow([dialect.cell(cell) for cell in cells])
    return line.getvalue().encode()
