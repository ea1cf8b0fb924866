"""The lock of the logs: triggers in the database, whoever connects.

They refuse UPDATE, DELETE, TRUNCATE and what amounts to them (an upsert, SQLite's
INSERT OR REPLACE) on every `AppendOnly` table. `install` runs after every migrate,
because SQLite loses triggers whenever a migration remakes a table; `missing` reads the
catalogue. To change what a trigger says, change it here: the next migrate replaces it.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from predictions.database import postgresql, sqlite
from predictions.database.table import Table
from predictions.models.append_only import AppendOnly

ENGINES = {"postgresql": postgresql, "sqlite": sqlite}


def install(connection: BaseDatabaseWrapper) -> list[str]:
    """Put back what is missing; return the names of the tables it was missing on."""
    engine = ENGINES[connection.vendor]
    tables = [t for t in _tables(connection) if not engine.is_locked(connection, t)]
    for table in tables:
        engine.lock(connection, table)
    return [table.name for table in tables]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The logs' tables whose triggers are not there, changed or switched off."""
    engine = ENGINES[connection.vendor]
    return [
        table.name
        for table in _tables(connection)
        if not engine.is_locked(connection, table)
    ]


def append_only_models() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def _tables(connection: BaseDatabaseWrapper) -> Iterator[Table]:
    """Those that are there: a migration may have come only half the way."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for model in append_only_models():
            name = model._meta.db_table
            if name not in there:
                continue
            found = connection.introspection.get_table_description(cursor, name)
            columns = tuple(column.name for column in found)
            can_erase = model.erasures in there and set(model.erasable) <= set(columns)
            yield Table(
                name=name,
                key=_column(model._meta.pk),
                columns=columns,
                erasable=model.erasable if can_erase else (),
                erasures=model.erasures,
                erasure_key=model.erasure_key,
                unique=tuple(
                    unique for unique in _unique(model) if set(unique) <= set(columns)
                ),
            )


def _unique(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    """The columns of each rule by which SQLite's REPLACE finds a row to remove."""
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    for field in fields.values():
        if field.unique:
            yield (_column(field),)
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield tuple(_column(fields[name]) for name in constraint.fields)


def _column(field: "models.Field[Any, Any]") -> str:
    return str(field.get_attname_column()[1])
