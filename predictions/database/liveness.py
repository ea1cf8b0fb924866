"""Finds connections that PostgreSQL has closed, without asking it anything.

A server that restarts closes its connections, and that can be seen on this end.
Django's CONN_HEALTH_CHECKS sends a `SELECT 1` before the first query of each request.
"""

import select
from typing import Any

from django.core.signals import request_started
from django.db import connections
from django.dispatch import receiver


@receiver(request_started)
def close_what_has_ended(**kwargs: Any) -> None:
    """Before a request: the next query then opens a new connection."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            continue
        if connection.connection is not None and _has_news(connection.connection):
            connection.close()


def _has_news(connection: Any) -> bool:
    """An idle connection has nothing to say but that it has ended."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
