"""Inserts rows by a statement that is compiled once.

Django compiles an INSERT anew each time, which takes about as long as PostgreSQL needs
to carry it out. The columns and how their values are written are the model's own.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connections, models


def insert(row: models.Model) -> None:
    """As `row.save(force_insert=True)` of a model without parents or signals."""
    connection = connections[DEFAULT_DB_ALIAS]  # not the proxy that asks each time
    fields, statement = statement_of(type(row), connection.vendor)
    values = as_written(fields, [field.pre_save(row, True) for field in fields])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        [row.pk] = cursor.fetchone()
    row._state.adding = False
    row._state.db = connection.alias


def as_written(
    fields: "Iterable[models.Field[Any, Any]]", values: Iterable[Any]
) -> list[Any]:
    """The values as the database's driver takes them; the database is not asked."""
    connection = connections[DEFAULT_DB_ALIAS]
    # SQLite keeps the text, which is compared with what Django has written elsewhere.
    is_text = connection.vendor != "postgresql"
    return [
        as_json(value)
        if isinstance(field, models.JSONField) and not is_text
        else field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values, strict=True)
    ]


def as_json(document: Any) -> str | None:
    """What PostgreSQL's JSON columns take; a third of the time of `json`."""
    if document is None:
        return None
    try:
        return orjson.dumps(document).decode()
    except orjson.JSONEncodeError:  # an identifier of more than 64 bits
        return json.dumps(document)


@lru_cache
def statement_of(
    model: type[models.Model], vendor: str, rows: int = 1
) -> tuple[Sequence["models.Field[Any, Any]"], str]:
    """The fields that are written, and the INSERT that gives the new rows' ids."""
    quoted = connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    values = ", ".join(["(" + ", ".join("%s" for _ in fields) + ")"] * rows)
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    return fields, f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING {key}"
