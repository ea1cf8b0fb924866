"""What keeps the service from answering and recording: each thing by its name."""

import logging
import threading
import time
from collections.abc import Iterator
from functools import lru_cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from attrition import releases
from attrition.errors import Problem, ReleaseRejected
from predictions.database import triggers
from predictions.database.bounded import bounded
from predictions.database.writable import may_write

logger = logging.getLogger(__name__)

CHECKS = ("database", "migrations", "log", "triggers", "release")
REMEMBERED_FOR = 1  # seconds: however many ask, the database is asked once
STALE_AFTER = 10  # seconds in which a look must have come to an end
LOCKED_FOR = 60  # seconds: to read the catalogue for triggers takes 40 ms


class Readiness:
    """As it was found at most a second ago."""

    def __init__(self) -> None:
        self._found: list[Problem] | None = None
        self._until = self._locked_until = 0.0
        self._looking = threading.Lock()

    def problems(self) -> list[Problem]:
        """One for each check that fails, by its name; none when all is well.

        One thread looks; those that ask meanwhile are answered as it was: a slow
        database keeps one thread and not all of them.
        """
        first = self._found is None
        if not self._looking.acquire(blocking=first):
            if time.monotonic() > self._until + STALE_AFTER:
                return [Problem("database", "database_unavailable")]
            return self._found or []
        try:
            if self._found is None or time.monotonic() >= self._until:
                self._found = [*self._of_database(), *_of_release()]
                self._until = time.monotonic() + REMEMBERED_FOR
            return self._found
        finally:
            self._looking.release()

    def forget(self) -> None:
        self._found = None
        self._until = self._locked_until = 0.0

    def _of_database(self) -> list[Problem]:
        try:
            with bounded():
                return [*_of_tables(), *self._of_triggers()]
        except Error as error:
            # The library's text can hold the host and the user.
            logger.error("Not ready, the database failed: %s", type(error).__name__)
            return [Problem("database", "database_unavailable")]

    def _of_triggers(self) -> Iterator[Problem]:
        """Only that they are there is remembered: a migrate that repairs counts."""
        if time.monotonic() < self._locked_until:
            return
        if unlocked := triggers.missing(connection):
            names = {"tables": ", ".join(unlocked)}
            yield Problem("triggers", "triggers_missing", names)
        else:
            self._locked_until = time.monotonic() + LOCKED_FOR


readiness = Readiness()


def _of_tables() -> Iterator[Problem]:
    applied = MigrationRecorder(connection).applied_migrations().keys()
    if missing := known_migrations() - applied:
        yield Problem("migrations", "migrations_missing", {"count": len(missing)})
    if not may_write(connection):
        yield Problem("log", "log_not_writable")


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """Those of the program that runs; one that stands for others counts as them."""
    loader = MigrationLoader(None)
    return frozenset(
        key
        for key, migration in loader.disk_migrations.items()
        if not migration.replaces
    )


def _of_release() -> list[Problem]:
    try:
        releases.current()
    except ReleaseRejected as error:
        logger.error("Not ready, no release serves: %s", error)
        return [Problem("release", "model_unavailable")]
    return []
