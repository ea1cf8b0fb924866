"""What is counted for Prometheus while the service works.

Under gunicorn the numbers stand in files that all workers share (`technova.gunicorn`
names their folder before a worker starts), else in this process alone. No label ever
holds an id, a name or a value: each takes one of a few words.
"""

from collections import Counter as Counts
from collections.abc import Iterable
from functools import cache
from threading import Lock
from typing import Any
from weakref import ref

import prometheus_client
from django.core.signals import request_finished
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# When a series began is not kept in files: alone in a process it would look different.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

COUNTED = CollectorRegistry()
NO_ROUTE = "(no route)"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

requests = Counter(
    "technova_requests",
    "Requests answered, by route template; '(no route)' is every unknown path.",
    ["method", "route", "status"],
    registry=COUNTED,
)
durations = Histogram(
    "technova_request_duration_seconds",
    "How long answers took, until their first byte.",
    ["method", "route"],
    buckets=BUCKETS,
    registry=COUNTED,
)
predictions = Counter(
    "technova_predictions",
    "Answers that this service has committed to the log, by class.",
    ["prediction", "model_version", "source"],
    registry=COUNTED,
)
refusals = Counter(
    "technova_refusals", "Refused calls of the API.", ["code"], registry=COUNTED
)
log_failures = Counter(
    "technova_log_write_failures",
    "Answers, or chunks of a batch, that could not be written to the log.",
    registry=COUNTED,
)
key_lookups = Counter(
    "technova_key_lookups",
    "API keys that were sent: remembered, or looked up in the database.",
    ["result"],
    registry=COUNTED,
)
connections_opened = Counter(
    "technova_database_connections_opened",
    "Connections to the database that were opened.",
    registry=COUNTED,
)
connections_open = Gauge(
    "technova_database_connections",
    "Connections that are open: Django keeps one a thread, and has no pool.",
    multiprocess_mode="livesum",
    registry=COUNTED,
)

key_remembered = key_lookups.labels("remembered")
key_looked_up = key_lookups.labels("looked_up")


# Kept, because to find a series by its labels takes longer than to count.
@cache
def _of_request(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    name = route if route == NO_ROUTE else "/" + route.rstrip("/")
    return requests.labels(method, name, status), durations.labels(method, name)


_of_answer = cache(predictions.labels)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is a template of `urls.py`, or `NO_ROUTE`: those are few."""
    counted, lasted = _of_request(method, route, status)
    counted.inc()
    lasted.observe(seconds)


def count_predictions(source: str, answers: Iterable[tuple[int, str]]) -> None:
    """Of committed rows: the class and the release of each."""
    for (prediction, version), count in Counts(answers).items():
        _of_answer(prediction, version, source).inc(count)


_connections: tuple[ref[BaseDatabaseWrapper], ...] = ()
_last_open = 0
_lock = Lock()


@receiver(connection_created)
def note_connection(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    global _connections
    connections_opened.inc()
    with _lock:
        others = [known for known in _connections if known() not in (None, connection)]
        _connections = (*others, ref(connection))


@receiver(request_finished)
def count_connections(**kwargs: Any) -> None:
    """After Django has closed what was old: it connected to this signal earlier."""
    global _last_open
    found = (known() for known in _connections)
    now_open = sum(one is not None and one.connection is not None for one in found)
    if now_open != _last_open:
        _last_open = now_open
        connections_open.set(now_open)
