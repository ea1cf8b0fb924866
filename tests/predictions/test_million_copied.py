"""A long log of the proof of concept copied on PostgreSQL, and what it took.

The figures stand at the end of pytest's output, not asserted: they are those of a
machine. `ROWS` takes another number of answers than a million.
"""

import os
import signal
import subprocess
import sys
import uuid

import pytest
from django.db import connection
from django.db.models import Sum

from predictions.models import Prediction
from predictions.proof import sealing
from tests import measured, own_database, seed_database
from tests.measured import ROOT
from tests.seed_database import answer
from tests.server import until

ROWS = int(os.environ.get("ROWS") or 1_000_000)
FEWER = ROWS // 10

pytestmark = pytest.mark.long

REPEATED = """
INSERT INTO predictions
SELECT number, created_at, NULL,
       jsonb_set(input_payload, '{{revenu_mensuel}}', to_jsonb(2000 + number % 3000)),
       proba_depart, prediction, threshold, model_version
FROM predictions, generate_series({first}, {last}) AS number WHERE id = 1
"""


@pytest.fixture
def old(committing, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    name = f"technova_seed_{uuid.uuid4().hex[:12]}"
    with seed_database.of_seed("postgresql", tmp_path, name) as found:
        found.fill([], [answer(1)])
        yield found


@pytest.fixture
def environment(committing) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": own_database.url(committing),
        "LANGUAGE_CODE": "en",
    }


def test_a_log_ten_times_as_long_takes_no_more_memory(
    old, environment, tmp_path, record_property
):
    command = ("import_poc", "--from", old.url)
    old.run(REPEATED.format(first=2, last=FEWER))
    few = measured.manage(tmp_path, environment, *command)
    old.run(REPEATED.format(first=FEWER + 1, last=ROWS))

    many = measured.manage(tmp_path, environment, *command)

    record_property("copied", few.figures(FEWER))
    record_property("compared and copied", many.figures(ROWS))
    assert (few.code, many.code) == (0, 0), many.out
    assert f"{ROWS - FEWER} copied, {FEWER} here already" in many.out
    assert Prediction.objects.count() == ROWS
    assert 0.8 < many.megabytes / few.megabytes < 1.2


def test_a_copy_that_is_killed_goes_on_and_is_sealed_whole(old, environment):
    count = min(20_000, ROWS)
    old.run(REPEATED.format(first=2, last=count))
    command = [sys.executable, "manage.py", "import_poc", "--from", old.url]
    for step in (1, 2):
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        wanted = step * count // 4
        until(lambda wanted=wanted: Prediction.objects.count() >= wanted)
        process.send_signal(signal.SIGKILL)
        process.wait()
        list(sealing.seal_all(None))
    left = count - Prediction.objects.count()

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert left > 0
    assert f"{left} copied, {count - left} here already" in done.stdout
    sealed = sum(seal.row_count for seal in sealing.seal_all(None))
    assert sealed == left
    rows = Prediction.objects.aggregate(sum=Sum("pk"))["sum"]
    assert rows == count * (count + 1) // 2
