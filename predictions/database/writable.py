"""Whether the connection may add to the logs, found out without adding anything."""

import os
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from predictions.database.triggers import append_only_models

MAY_NOT = """
SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean
OR EXISTS (
  SELECT 1 FROM unnest(%s::text[]) AS name
  WHERE NOT has_table_privilege(to_regclass(quote_ident(name))::oid, 'INSERT')
)
OR CASE WHEN to_regclass('predictions') IS NULL THEN false ELSE NOT
  has_sequence_privilege(pg_get_serial_sequence('predictions', 'id'), 'USAGE') END
"""


def may_write(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor == "postgresql":
        names = [model._meta.db_table for model in append_only_models()]
        return not _value(connection, MAY_NOT, [names])
    if _value(connection, "PRAGMA query_only"):
        return False
    # Only SQLite's connection has the method, which the stubs can't tell.
    if connection.is_in_memory_db():  # type: ignore[attr-defined]
        return True
    file = Path(connection.settings_dict["NAME"])
    # Beside the file it writes its journal.
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _value(
    connection: BaseDatabaseWrapper, statement: str, values: list[Any] | None = None
) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        [found] = cursor.fetchone()
    return found
