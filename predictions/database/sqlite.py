"""SQLite's triggers on one log table."""

from django.db.backends.base.base import BaseDatabaseWrapper

from predictions.database.table import Table


def is_locked(connection: BaseDatabaseWrapper, table: Table) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
            "AND tbl_name = %s",
            [table.name],
        )
        found = dict(cursor.fetchall())
    return all(found.get(name) == sql for name, sql in _triggers(table).items())


def lock(connection: BaseDatabaseWrapper, table: Table) -> None:
    with connection.cursor() as cursor:
        for name, sql in _triggers(table).items():
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            cursor.execute(sql)


def _triggers(table: Table) -> dict[str, str]:
    # INSERT OR REPLACE removes the row in its way and fires no DELETE trigger; a key
    # that is no INTEGER leaves the hidden rowid beside it, which is unique too.
    taken = f'EXISTS (SELECT 1 FROM "{table.name}" WHERE rowid = NEW.rowid) OR '
    taken += " OR ".join(
        f'EXISTS (SELECT 1 FROM "{table.name}" WHERE '
        + " AND ".join(f'"{column}" = NEW."{column}"' for column in unique)
        + ")"
        for unique in table.unique
    )
    conditions = {
        "insert": f"WHEN {taken}",
        "update": f"WHEN NOT ({_is_erasure(table)})" if table.erasable else "",
        "delete": "",
    }
    return {
        f"{table.name}_no_{event}": (
            f'CREATE TRIGGER "{table.name}_no_{event}" BEFORE {event.upper()} ON '
            f'"{table.name}" {condition} BEGIN SELECT RAISE(ABORT, '
            f"'{table.name} is append-only: rows are never changed or removed'); END"
        )
        for event, condition in conditions.items()
    }


def _is_erasure(table: Table) -> str:
    """An erasure on record, that empties what may be erased and touches no more."""
    return " AND ".join(
        [
            f'EXISTS (SELECT 1 FROM "{table.erasures}" WHERE '
            f'{table.erasure_key} = OLD."{table.key}")',
            *(f'NEW."{column}" IS NULL' for column in table.erasable),
            *(f'NEW."{column}" IS OLD."{column}"' for column in table.kept),
        ]
    )
