"""Finds connections to what is gone, without asking it anything.

A PostgreSQL that restarts closes its connections, and that can be seen on this end.
Django's CONN_HEALTH_CHECKS sends a `SELECT 1` before the first query of each request.

SQLite goes on in a file that was replaced or removed: whatever it adds there is lost
with the last connection, though it was answered.
"""

import select
from pathlib import Path
from typing import Any

from django.core.signals import request_started
from django.db import connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def note_the_file(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.file_opened = _file(connection)


@receiver(request_started)
def close_what_has_ended(**kwargs: Any) -> None:
    """Before a request: the next query then opens a new connection."""
    for connection in connections.all(initialized_only=True):
        if connection.connection is None or connection.in_atomic_block:
            continue
        has_ended = _has_news if connection.vendor == "postgresql" else _has_moved
        if has_ended(connection):
            connection.close()


def _has_news(connection: Any) -> bool:
    """An idle connection has nothing to say but that it has ended."""
    if connection.connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _has_moved(connection: Any) -> bool:
    return bool(connection.file_opened != _file(connection))


def _file(connection: Any) -> tuple[int, int] | None:
    """What stands under the database's name now; nothing where that is in memory."""
    try:
        found = Path(connection.settings_dict["NAME"]).stat()
    except OSError:  # to open it will say why
        return None
    return found.st_dev, found.st_ino
