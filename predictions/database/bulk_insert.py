"""Writes many rows of the log at once: by COPY where the database has it."""

from collections.abc import Iterable, Iterator
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
        return list(_copied(rows, count))
    listed = list(rows)
    made = Prediction.objects.bulk_create([Prediction(**row) for row in listed])
    return [
        {"id": row.pk, **columns} for row, columns in zip(made, listed, strict=True)
    ]


def _copied(rows: Iterable[Columns], count: int) -> Iterator[Columns]:
    fields = Prediction._meta.concrete_fields
    read = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    columns = sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields)
    table = Prediction._meta.db_table
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(table), columns=columns
    )
    with connection.cursor() as cursor:
        # COPY returns no ids.
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            [table, count],
        )
        numbers = [number for (number,) in cursor.fetchall()]
        # Django turns the driver's errors into its own, but not those of a COPY.
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row, number in zip(rows, numbers, strict=True):
                row["id"] = number
                copy.write_row(
                    [
                        as_json(row[name]) if is_json else row[name]
                        for name, is_json in read
                    ]
                )
                yield row
