"""A file about people, on record: before it begins, with each piece, and at its end."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, TypeVar

from django.utils.translation import get_language, override

from predictions import access
from predictions.models import AccessedEmployee, Action, Purpose
from predictions.services import Caller

Shown = TypeVar("Shown")

PIECE = 64 * 1024  # bytes sent together


class RecordedFile:
    """One file that somebody is given.

    A beginning without an end is a download that was broken off. Each method raises
    LogUnavailable: what is not on record is not given, so the file then stops there.
    """

    def __init__(
        self,
        caller: Caller,
        *,
        page: str,
        details: dict[str, Any],
        purpose: Purpose | None = None,
        employees: Iterable[int] = (),
    ) -> None:
        self.caller, self.page, self.purpose = caller, page, purpose
        self.language = get_language()
        self.rows = self.nameless = 0
        self.look = access.record(
            caller,
            Action.EXPORT,
            page=page,
            employees=employees,
            purpose=purpose,
            details=details,
        )

    def each(self, shown: Iterable[Shown]) -> Iterator[Shown]:
        """The rows of the file, each after its person is on record."""
        for row in access.each(self.look, shown, _employee):
            self.rows += 1
            self.nameless += _employee(row) is None
            yield row

    def given(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The file in pieces; the first is there before this returns."""
        pieces = self._pieces(lines)
        first = next(pieces, b"")

        def rest() -> Iterator[bytes]:
            yield first
            yield from pieces

        return rest()

    def _pieces(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        digest, size = sha256(), 0
        for piece in _in(self.language, _joined(lines)):
            digest.update(piece)
            size += len(piece)
            yield piece
        self._end(digest.hexdigest(), size)

    def _end(self, digest: str, size: int) -> None:
        named = AccessedEmployee.objects.filter(access=self.look)
        people = named.values("employee_id").distinct().count()
        access.record(
            self.caller,
            Action.EXPORTED,
            page=self.page,
            people=people + self.nameless,
            purpose=self.purpose,
            details={
                "rows": self.rows,
                "bytes": size,
                "sha256": digest,
                "begun": self.look.pk,
            },
        )


def _in(language: str | None, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The request, and with it the reader's language, ends before the file does."""
    while True:
        with override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _employee(row: Any) -> int | None:
    found: int | None = row.employee_id
    return found


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
