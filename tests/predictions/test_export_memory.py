"""A large log as a file: the memory does not grow with it, and what it took.

The seconds stand at the end of pytest's output, not asserted: they are those of a
machine. `ROWS` takes another number of rows.
"""

import os
import time
import tracemalloc

import pytest
from django.db import connection
from django.test import Client

from tests.factories import make_user
from tests.log_rows import fill
from tests.predictions.exported import ask, looks

ROWS = int(os.environ.get("ROWS") or 100_000)
FEWER = ROWS // 10

pytestmark = pytest.mark.long


@pytest.fixture
def ana(committing):
    client = Client(headers={"Accept": "text/html"})
    client.force_login(make_user("ana", "HR auditor"))
    return client


def size_of(answer) -> int:
    """Of the file, of which no part is kept."""
    return sum(map(len, answer.streaming_content))


def peak(client, query: str, kind: str) -> float:
    """The most megabytes that Python held while the file was made and given."""
    tracemalloc.start()
    try:
        assert size_of(ask(client, query, format=kind, values="on")) > 1000
        return tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_file_ten_times_as_long_takes_no_more_memory(ana, kind, record_property):
    fill(FEWER)
    with connection.cursor() as cursor:  # otherwise PostgreSQL plans for an empty log
        cursor.execute("ANALYZE")
    few = peak(ana, "", kind)
    fill(ROWS - FEWER)

    begin = time.perf_counter()
    size = size_of(ask(ana, format=kind, values="on"))
    seconds = time.perf_counter() - begin
    many = peak(ana, "", kind)

    record_property(
        kind,
        f"{ROWS:,} rows, {size / 1024**2:.0f} MB in {seconds:.0f} s, "
        f"at most {many:.1f} MB of memory; {FEWER:,} rows: {few:.1f} MB",
    )
    assert looks("exported")[-1].details["rows"] == ROWS
    assert many < 1.2 * few + 1
