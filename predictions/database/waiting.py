"""Waits for a database that is still starting, so that nothing else need try again."""

import time
from collections.abc import Callable

from django.db import OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from attrition.errors import AttritionError

PAUSE = 0.5  # seconds


class DatabaseAway(AttritionError):
    """It did not answer in time; the text says where it was sought, and no secret."""


def wait(
    connection: BaseDatabaseWrapper,
    seconds: int,
    say: Callable[[str], object],
    *,
    migrated: bool = False,
) -> None:
    """Until it lets us in and, if wished, has all tables; say what is waited for.

    Raises DatabaseAway.
    """
    last = time.monotonic() + seconds
    what, said = {"database": place(connection), "seconds": seconds}, ""
    while reason := _missing(connection, migrated):
        if reason != said:
            said = reason
            text = _("Waiting for %(database)s, %(seconds)s s at most: %(why)s")
            say(text % {**what, "why": reason})
        if time.monotonic() > last:
            text = _("%(database)s is not ready after %(seconds)s s: %(why)s")
            raise DatabaseAway(text % {**what, "why": reason})
        time.sleep(PAUSE)


def place(connection: BaseDatabaseWrapper) -> str:
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(at["NAME"])
    return f"{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}/{at['NAME']}"


def _missing(connection: BaseDatabaseWrapper, migrated: bool) -> str:
    try:
        connection.ensure_connection()
        return (
            _("its tables are not there yet.")
            if migrated and _waits(connection)
            else ""
        )
    except (OperationalError, ProgrammingError) as error:
        connection.close()
        # The first line says what is wrong, and no password.
        return str(error).strip().partition("\n")[0]


def _waits(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
