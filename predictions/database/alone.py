"""One start at a time prepares a database; another waits, and finds it prepared."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

LOCK = 7_391_846_206  # any number, as long as nothing else takes it


@contextmanager
def alone(
    connection: BaseDatabaseWrapper, say: Callable[[str], object]
) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with _advisory(connection, say):
            yield
    elif connection.is_in_memory_db():  # type: ignore[attr-defined] # SQLite's has it
        yield
    else:
        with _file(f"{connection.settings_dict['NAME']}.start", say):
            yield


@contextmanager
def _advisory(
    connection: BaseDatabaseWrapper, say: Callable[[str], object]
) -> Iterator[None]:
    """On a connection of its own, as long as its transaction: migrate ends others, and
    a pooler gives each transaction another session."""
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                say(_("Another start prepares the database: waiting for it."))
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
    finally:
        own.close()


@contextmanager
def _file(name: str, say: Callable[[str], object]) -> Iterator[None]:
    with Path(name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(_("Another start prepares the database: waiting for it."))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file ends the lock
