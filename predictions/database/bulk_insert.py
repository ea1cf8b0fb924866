"""Writes many rows of the log at once: by COPY where the database has it.

Where it has not, on SQLite, one who writes locks out all others: the rows are made
ready before, and the lock lasts as long as their INSERTs.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeAlias

from django.db import connection, models
from psycopg import sql

from predictions.database.insert import as_json, as_written, statement_of
from predictions.models import Prediction

Columns: TypeAlias = dict[str, Any]
"""What a row holds, by the names of `Prediction`'s arguments."""

MANY = 50  # rows from which on COPY pays for asking for their ids first
AT_ONCE = 50  # rows of one INSERT: some thousand values, of which SQLite takes 32,766


class ReadyRows:
    """`count` rows that are as good as written: what is left to do takes a database.

    Those of a COPY are made while they are sent: it is busy with the first by then.
    """

    def __init__(self, rows: Iterable[Columns], count: int) -> None:
        self._count = count
        self._copied = connection.vendor == "postgresql" and count >= MANY
        self._rows = rows if self._copied else list(rows)
        self._inserts: list[tuple[str, list[Any]]] = []
        if not self._copied:
            self._inserts = list(_inserts(self._rows))

    def insert(self) -> list[Columns]:
        """Inside the caller's transaction; returns the rows with their ids.

        A sequence counts on if the transaction fails: those ids stay gaps.
        """
        if self._copied:
            return list(_sent(_numbered(self._rows, _numbers(self._count))))
        numbers: list[int] = []
        with connection.cursor() as cursor:
            for statement, values in self._inserts:
                cursor.execute(statement, values)
                numbers += [number for (number,) in cursor.fetchall()]
        return list(_numbered(self._rows, numbers))


def _inserts(rows: Iterable[Columns]) -> Iterator[tuple[str, list[Any]]]:
    rows = iter(rows)
    while group := list(islice(rows, AT_ONCE)):
        fields, statement = statement_of(Prediction, connection.vendor, len(group))
        names = [field.attname for field in fields]
        values = (as_written(fields, [row[name] for name in names]) for row in group)
        yield statement, list(chain.from_iterable(values))


def insert_numbered(rows: Sequence[Columns]) -> None:
    """Insert rows that bring their ids, inside the caller's transaction."""
    if connection.vendor == "postgresql" and len(rows) >= MANY:
        for _row in _sent(rows):
            pass
    else:
        Prediction.objects.bulk_create([Prediction(**row) for row in rows])


def _numbers(count: int) -> list[int]:
    """Taken before a COPY begins: it returns none, and nothing can be asked then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            [Prediction._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _numbered(rows: Iterable[Columns], numbers: Iterable[int]) -> Iterator[Columns]:
    for row, number in zip(rows, numbers, strict=True):
        row["id"] = number
        yield row


def _sent(rows: Iterable[Columns]) -> Iterator[Columns]:
    """By COPY, each as it was taken."""
    fields = Prediction._meta.concrete_fields
    read = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    table = Prediction._meta.db_table
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(table), columns=columns
    )
    # Django turns the driver's errors into its own, but not those of a COPY.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(
                [as_json(row[name]) if is_json else row[name] for name, is_json in read]
            )
            yield row
