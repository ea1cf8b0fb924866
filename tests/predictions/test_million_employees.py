"""Everybody of a large company on PostgreSQL, by one process, and what it took.

The figures stand at the end of pytest's output, not asserted: they are those of a
machine. `ROWS` takes another number of people than a million.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection

from predictions.models import Batch, Prediction
from tests import measured, own_database, workforce
from tests.measured import ROOT
from tests.server import until

ROWS = int(os.environ.get("ROWS") or 1_000_000)
FEWER = ROWS // 10
COMMAND = ("score_employee", "--all", "--summary")

pytestmark = pytest.mark.long


@pytest.fixture
def company(template_database, django_db_blocker, tmp_path) -> Iterator[dict]:
    """The environment of an empty database of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    with (
        django_db_blocker.unblock(),
        own_database.copied(connection.vendor, template_database, tmp_path) as name,
        own_database.using(name),
    ):
        yield {**os.environ, "DATABASE_URL": own_database.url(name)}


def employ(first: int, last: int) -> None:
    with connection.cursor() as cursor:
        workforce.employ(cursor, first, last)


def test_a_company_ten_times_as_large_takes_no_more_memory(
    company, tmp_path, record_property
):
    employ(1, FEWER)
    few = measured.manage(tmp_path, company, *COMMAND)
    employ(FEWER + 1, ROWS)

    many = measured.manage(tmp_path, company, *COMMAND)

    record_property("scored, digested and logged", few.figures(FEWER))
    record_property("and", many.figures(ROWS))
    assert (few.code, many.code) == (0, 0), many.out
    assert Prediction.objects.count() == FEWER + ROWS
    last = Batch.objects.latest("created_at")
    rows = Prediction.objects.filter(batch_id=last.pk)
    assert rows.values("employee_id").distinct().count() == ROWS
    assert 0.8 < many.megabytes / few.megabytes < 1.2


def test_a_run_that_is_killed_again_and_again_scores_everybody_once(
    company, record_property
):
    count = min(20_000, ROWS)
    employ(1, count)
    command = [sys.executable, "manage.py", *COMMAND]
    kills = 0
    while kills < 3:
        process = subprocess.Popen(command, cwd=ROOT, env=company)
        wanted = (kills + 1) * count // 5
        until(lambda wanted=wanted: Prediction.objects.count() >= wanted)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    left = count - Prediction.objects.count()

    done = subprocess.run(command, cwd=ROOT, env=company, capture_output=True)

    record_property("killed three times, then left", f"{left:,} of {count:,}")
    assert done.returncode == 0, done.stderr
    assert left > 0
    assert Batch.objects.count() == 1
    assert Prediction.objects.count() == count
    assert Prediction.objects.values("employee_id").distinct().count() == count
