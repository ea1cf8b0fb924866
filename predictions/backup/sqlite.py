"""A SQLite by its own backup, while others read and write."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from predictions.backup.manifest import BackupRefused


def dump(connection: BaseDatabaseWrapper, file: Path) -> dict[str, int]:
    """Write the database as of one moment; how many rows each table had then."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
        # One file, without a journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        tables = copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
            "'sqlite%'"
        ).fetchall()
        return {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables
        }


def put_back(connection: BaseDatabaseWrapper, file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as copy:
        try:
            copy.backup(connection.connection)
        except sqlite3.Error as error:
            text = _("The database could not be written: %(why)s.") % {"why": error}
            raise BackupRefused(text) from error
