"""Tells a database that was never migrated, or not lately, from one that is away."""

import logging
import sqlite3

import psycopg

logger = logging.getLogger(__name__)

SAID_BY_SQLITE = ("no such table: ", "no such column: ", "has no column named ")


def is_behind(error: BaseException | None) -> bool:
    """Whether a table or a column is missing; then the log names it.

    What our services raise instead of a database's error still has that behind it.
    """
    while error is not None:
        if _says_so(error):
            # The lines behind the first quote the statement.
            first = str(error).strip().partition("\n")[0]
            logger.error("Run manage.py migrate, the database lacks: %s", first)
            return True
        error = error.__context__
    return False


def _says_so(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):  # it has one class for this and more
        return any(words in str(error) for words in SAID_BY_SQLITE)
    return isinstance(
        error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn
    )
