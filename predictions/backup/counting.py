"""How many rows each table has: what a backup and its way back are compared by."""

from django.db.backends.base.base import BaseDatabaseWrapper


def row_counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return {name: _count(connection, name) for name in names}


def _count(connection: BaseDatabaseWrapper, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        [count] = cursor.fetchone()
    return int(count)
