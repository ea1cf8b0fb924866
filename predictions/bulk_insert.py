"""Writes many rows of the log at once: by COPY where the database has it."""

import json
from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection, models
from psycopg import sql

from predictions.models import Prediction

MANY = 50  # rows from which on COPY pays for asking for their ids first


def insert(rows: Sequence[Prediction]) -> None:
    """Insert the rows, inside the caller's transaction, and give them their ids.

    A database with sequences counts on if the transaction fails: those ids stay gaps.
    """
    if connection.vendor == "postgresql" and len(rows) >= MANY:
        _copy(rows)
    else:
        Prediction.objects.bulk_create(rows)


def _copy(rows: Sequence[Prediction]) -> None:
    fields = Prediction._meta.concrete_fields
    read = [(field.attname, isinstance(field, models.JSONField)) for field in fields]
    columns = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(Prediction._meta.db_table), columns=columns
    )
    with connection.cursor() as cursor:
        # COPY returns no ids.
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            [Prediction._meta.db_table, len(rows)],
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        # Django turns the driver's errors into its own, but not those of a COPY.
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(
                    [
                        _json(getattr(row, name)) if is_json else getattr(row, name)
                        for name, is_json in read
                    ]
                )
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def _json(document: Any) -> str | None:
    if document is None:
        return None
    try:
        return orjson.dumps(document).decode()
    except orjson.JSONEncodeError:  # an identifier of more than 64 bits
        return json.dumps(document)
