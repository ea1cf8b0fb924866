"""Whom a chunk is about, packed into one column: ids, or records as they were sent."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from attrition.errors import Problem
from attrition.models import Employee
from predictions.services import Record

LEVEL = 1  # of zlib: five times smaller already, and ten times as fast as level 9


class Asked(NamedTuple):
    """One row of a batch; `line` is where it stands in a file, from 1."""

    features: Mapping[str, Any]
    employee_id: int | None = None
    line: int | None = None


def pack_ids(ids: Sequence[int]) -> bytes:
    return _packed({"ids": list(ids)})


def pack_records(records: Iterable[Asked]) -> bytes:
    return _packed({"records": [list(record) for record in records]})


def _packed(document: dict[str, Any]) -> bytes:
    # Python's own JSON: it keeps every number as it was sent, of any size.
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), LEVEL)


class People(NamedTuple):
    """A chunk's people: those who can be asked about, and who is not there any more."""

    records: list[Record]
    lines: list[int | None]
    unknown: dict[int, tuple[int, Problem]]
    """By row of the batch: employee number and problem."""


def unpack(packed: bytes, first_row: int) -> People:
    """Read a chunk's people; stored employees as they are described now."""
    document = json.loads(zlib.decompress(packed))
    if "records" in document:
        asked = [Asked(*values) for values in document["records"]]
        return People(
            [
                Record(item.features, item.employee_id, row)
                for row, item in enumerate(asked, first_row)
            ],
            [item.line for item in asked],
            {},
        )
    ids: list[int] = document["ids"]
    stored = dict(Employee.objects.filter(pk__in=ids).values_list("pk", "features"))
    records = []
    unknown = {}
    for row, pk in enumerate(ids, first_row):
        if pk in stored:
            records.append(Record(stored[pk], pk, row))
        else:
            problem = Problem("employee_id", "unknown_employee", {"value": pk})
            unknown[row] = (pk, problem)
    return People(records, [None] * len(records), unknown)
