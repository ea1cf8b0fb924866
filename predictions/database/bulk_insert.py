"""Writes many rows of the log at once: by COPY where the database has it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from django.db import connection, models
from psycopg import sql

from predictions.database.insert import as_json
from predictions.models import Prediction

Columns: TypeAlias = dict[str, Any]
"""What a row holds, by the names of `Prediction`'s arguments."""

MANY = 50  # rows from which on COPY pays for asking for their ids first


def insert_many(rows: Iterable[Columns], count: int) -> list[Columns]:
    """Insert `count` rows, inside the caller's transaction; return them with their ids.

    They may be made while they are sent: the database is busy with the first by then.
    A sequence counts on if the transaction fails: those ids stay gaps.
    """
    if connection.vendor == "postgresql" and count >= MANY:
        return list(_sent(_numbered(rows, _numbers(count))))
    listed = list(rows)
    made = Prediction.objects.bulk_create([Prediction(**row) for row in listed])
    return [
        {"id": row.pk, **columns} for row, columns in zip(made, listed, strict=True)
    ]


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
