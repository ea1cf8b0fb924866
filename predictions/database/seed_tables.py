"""The tables of the proof of concept: how they are told from ours of the same names."""

from django.db.backends.base.base import BaseDatabaseWrapper

COLUMNS = {
    "employees": {"employee_id", "features", "created_at"},
    "predictions": {
        "id",
        "created_at",
        "employee_id",
        "input_payload",
        "proba_depart",
        "prediction",
        "threshold",
        "model_version",
    },
}

# What ours have had since their first migration.
OURS = {"employees": "updated_at", "predictions": "artifact_sha256"}


def found(connection: BaseDatabaseWrapper) -> list[str]:
    """Which of its tables this database holds."""
    columns = _columns(connection)
    return [
        table
        for table, needed in COLUMNS.items()
        if needed <= columns[table] and OURS[table] not in columns[table]
    ]


def is_ours(connection: BaseDatabaseWrapper) -> bool:
    """Whether this service keeps, or kept, its log here."""
    return OURS["predictions"] in _columns(connection)["predictions"]


def _columns(connection: BaseDatabaseWrapper) -> dict[str, set[str]]:
    """Empty for a table that is not there."""
    read = connection.introspection
    with connection.cursor() as cursor:
        there = set(read.table_names(cursor))
        return {
            table: {column.name for column in read.get_table_description(cursor, table)}
            if table in there
            else set()
            for table in COLUMNS
        }
