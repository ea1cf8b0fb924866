"""Reads that must not hang: what watches the service asks often, and waits for each."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

LONGEST = 2  # seconds of one statement


@contextmanager
def bounded() -> Iterator[None]:
    """On PostgreSQL each statement within is ended after `LONGEST`.

    SQLite's readers wait for nobody, and a transaction of ours would lock out writers.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            limit = f"{LONGEST}s"
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
        yield
