"""Computes rows again from what the table holds: what is wrong with each of them.

`predictions.processes` calls this in other processes too: what goes in and what comes
out is small and can be pickled.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from django.db import OperationalError
from django.utils.translation import gettext as _

from predictions.models import Erasure
from predictions.proof import rows as log_rows
from predictions.proof.digests import leaf_of, stored_digest
from predictions.proof.rows import Row

UNHASHABLE = (ValueError, TypeError, OverflowError, RecursionError)


class Finding(NamedTuple):
    """One thing wrong; `what` is "prediction" or "seal", `number` which."""

    what: str
    number: int
    text: str

    def __str__(self) -> str:
        names = {"prediction": _("prediction"), "seal": _("seal")}
        parts = {"what": names[self.what], "number": self.number, "text": self.text}
        return _("%(what)s %(number)s: %(text)s") % parts


Entry: TypeAlias = tuple[int, int, bytes]
"""One line of a seal's list: the seal, the row's number, the leaf. No class of its own:
a million of them go from one process to another."""


class Checked(NamedTuple):
    """How many of the rows there are, and what is wrong with them, by seal."""

    rows: int
    findings: Mapping[int, list[Finding]]


def check(entries: Sequence[Entry]) -> Checked:
    """Compare the log with a part of the seals' lists."""
    numbers = [number for _seal, number, _leaf in entries]
    rows, unreadable = _rows(numbers)
    erased = erasures_of(rows.values())
    findings: dict[int, list[Finding]] = {}
    for seal, number, leaf in entries:
        row = rows.get(number)
        if number in unreadable:
            text = _("changed: it can't be read")
            found = [Finding("prediction", number, text)]
        elif row is None:
            text = _("missing; seal %s holds it") % seal
            found = [Finding("prediction", number, text)]
        else:
            found = [*row_findings(row, erased), *_leaf_findings(row, leaf)]
        if found:
            findings.setdefault(seal, []).extend(found)
    return Checked(len(rows), findings)


def _rows(numbers: Sequence[int]) -> tuple[dict[int, Row], set[int]]:
    """The rows, and the numbers of those that the database can't give as they are.

    SQLite keeps in a column whatever a forger puts there: bytes that are no text.
    """
    try:
        return log_rows.by_id(numbers), set()
    except (OperationalError, ValueError, OverflowError) as error:
        if not _is_about_a_value(error):
            raise
    rows: dict[int, Row] = {}
    unreadable: set[int] = set()
    for number in numbers:
        try:
            rows |= log_rows.by_id([number])
        except (OperationalError, ValueError, OverflowError) as error:
            if not _is_about_a_value(error):
                raise
            unreadable.add(number)
    return rows, unreadable


def _is_about_a_value(error: Exception) -> bool:
    """And not about a database that is gone."""
    return not isinstance(error, OperationalError) or "decode" in str(error)


def erasures_of(rows: Collection[Row]) -> Collection[int]:
    """The numbers among these whose erasure is on record."""
    emptied = [row["id"] for row in rows if row["input_payload"] is None]
    if not emptied:
        return ()
    on_record = Erasure.objects.filter(pk__in=emptied)
    return set(on_record.values_list("prediction_id", flat=True))


def row_findings(row: Row, erased: Collection[int]) -> Iterator[Finding]:
    """What is wrong with a row, whether it is in a seal or not."""
    number = row["id"]
    if row["input_payload"] is None and number not in erased:
        text = _("payload removed without an erasure on record")
        yield Finding("prediction", number, text)
    erasable = row["input_payload"], row["payload_salt"], row["employee_id"]
    if erasable == (None, None, None):
        return
    try:
        found = stored_digest(row)
    except UNHASHABLE:  # a salt that is none, arrays in arrays in …
        found = ""
    if found != row["payload_digest"]:
        text = _("changed: its payload or employee is not what the digest stands for")
        yield Finding("prediction", number, text)


def _leaf_findings(row: Row, leaf: bytes) -> Iterator[Finding]:
    try:
        is_same = leaf_of(row) == leaf
    except UNHASHABLE as error:
        text = _("changed: it can't be hashed (%s)") % error
        yield Finding("prediction", row["id"], text)
        return
    if not is_same:
        text = _("changed: it is not the row that was sealed")
        yield Finding("prediction", row["id"], text)
