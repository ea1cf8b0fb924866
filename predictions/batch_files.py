"""What a batch answered as a file, written as it is read from the log."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from predictions.batch_answers import result
from predictions.batches.refused import RefusedRow
from predictions.exports.cells import harmless
from predictions.models import Prediction

COLUMNS = (
    "row",
    "line",
    "employee_id",
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "db_id",
    "missing_features",
    "warnings",
    "errors",
)
Answers = Iterable[Prediction | RefusedRow]


def ndjson(answers: Answers) -> Iterator[bytes]:
    """One JSON object a row, in the order of the rows."""
    for found in answers:
        yield orjson.dumps(result(found)) + b"\n"


def as_csv(answers: Answers) -> Iterator[bytes]:
    """One line a row; lists are words with spaces, errors are sentences."""
    yield _line(COLUMNS)
    for found in answers:
        yield _line(_cells(result(found)))


def _cells(item: dict[str, Any]) -> Iterator[Any]:
    item["missing_features"] = " ".join(item.get("missing_features", ()))
    item["warnings"] = " ".join(w["code"] for w in item.get("warnings", ()))
    item["errors"] = " ".join(e["message"] for e in item.get("errors", ()))
    for column in COLUMNS:
        value = item.get(column, "")
        yield harmless(value) if isinstance(value, str) else value


def _line(cells: Any) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode()


FORMATS: dict[str, tuple[str, Callable[[Answers], Iterator[bytes]]]] = {
    "ndjson": ("application/x-ndjson", ndjson),
    "csv": ("text/csv; charset=utf-8", as_csv),
}
"""By name: the media type, and what writes it."""
