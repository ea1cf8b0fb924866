"""The numbers that the database gives to new rows of the log."""

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from attrition.errors import AttritionError
from predictions.models import Prediction

TABLE = Prediction._meta.db_table


class NotOwner(AttritionError):
    """The role that serves takes numbers one by one; only an owner skips many."""


def pass_over(highest: int) -> None:
    """From now on nobody's new row gets a number up to this one. Raises NotOwner.

    Not undone by a transaction that fails: numbers that are skipped do no harm.
    """
    alias = "owner" if "owner" in connections else DEFAULT_DB_ALIAS
    if connections[alias].vendor == "postgresql":
        _pass_over_sequence(connections[alias], highest)
    else:
        _pass_over_rowid(connections[alias], highest)


def _pass_over_sequence(connection: BaseDatabaseWrapper, highest: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [TABLE])
        sequence = cursor.fetchone()[0]
        cursor.execute(f"SELECT last_value, is_called FROM {sequence}")
        last, is_taken = cursor.fetchone()
        if last > highest or (last == highest and is_taken):
            return
        cursor.execute(
            "SELECT has_sequence_privilege(%s, 'UPDATE') "
            "AND has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE')",
            [sequence, TABLE],
        )
        if not cursor.fetchone()[0]:
            raise NotOwner
        with transaction.atomic(using=connection.alias):
            # Whoever writes takes numbers; none is given twice if nobody does now.
            cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(
                f"SELECT setval(%s, GREATEST(last_value, %s)) FROM {sequence}",
                [sequence, highest],
            )


def _pass_over_rowid(connection: BaseDatabaseWrapper, highest: int) -> None:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [TABLE])
        row = cursor.fetchone()
        if row is None:
            statement = "INSERT INTO sqlite_sequence VALUES (%s, %s)"
            cursor.execute(statement, (TABLE, highest))
        elif row[0] < highest:
            statement = "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
            cursor.execute(statement, [highest, TABLE])
