"""A large log on PostgreSQL: verified, spoilt, replayed, and what it took.

The figures stand at the end of pytest's output, not asserted: they are those of a
machine. `ROWS` takes another number of rows than a million.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from predictions.models import Prediction
from tests import measured, own_database
from tests.log_rows import fill
from tests.measured import ROOT
from tests.predictions.tampering import change, without_triggers
from tests.predictions.test_seals import KEY

ROWS = int(os.environ.get("ROWS") or 1_000_000)
MOST_MEGABYTES = 400  # of one process; a million payloads alone are 1.2 GB

pytestmark = pytest.mark.long


class Log:
    """`ROWS` rows in a database of their own, sealed."""

    def __init__(self, database: str, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": own_database.url(database),
            "SEAL_SIGNING_KEY": KEY,
            "LANGUAGE_CODE": "en",
        }
        self.anchor = str(folder / "anchor")

    def manage(self, *arguments: str) -> measured.Run:
        return measured.manage(self.folder, self.environment, *arguments)


@pytest.fixture(scope="module")
def log(template_database, django_db_blocker, tmp_path_factory) -> Iterator[Log]:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    folder = tmp_path_factory.mktemp("million")
    with (
        django_db_blocker.unblock(),
        own_database.copied(connection.vendor, template_database, folder) as name,
        own_database.using(name),
    ):
        fill(ROWS)
        found = Log(name, folder)
        sealed = found.manage("seal_log", "--anchor", found.anchor)
        assert f"Rows sealed: {ROWS}." in sealed.out
        yield found


def test_an_untouched_log_is_verified(log, record_property):
    run = log.manage("verify_log", "--anchor", log.anchor)

    record_property("verified", run.figures(ROWS))
    assert run.code == 0, run.out
    assert f"{ROWS} rows and " in run.out
    assert run.megabytes < MOST_MEGABYTES


def test_every_answer_is_computed_again(log, record_property):
    run = log.manage("replay_predictions", "--all")

    record_property("replayed", run.figures(ROWS))
    assert run.code == 0, run.out
    assert f"{ROWS} of {ROWS} match." in run.out
    assert run.megabytes < MOST_MEGABYTES


def test_one_changed_row_among_them_is_named(log):
    number = Prediction.objects.order_by("pk")[ROWS // 2].pk
    kept = Prediction.objects.get(pk=number).threshold
    with without_triggers():
        change(number, "threshold", kept - 0.001)
    try:
        run = log.manage("verify_log", "--anchor", log.anchor)
    finally:
        with without_triggers():
            change(number, "threshold", kept)

    assert run.code == 1
    named = [line for line in run.out.splitlines() if line.startswith("prediction ")]
    assert named == [f"prediction {number}: changed: it is not the row that was sealed"]
    assert "Wrong: 1." in run.out


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.parametrize("command", ["verify_log", "replay_predictions --all"])
@pytest.mark.parametrize("how", ["Ctrl-C", "SIGKILL"])
def test_it_can_be_stopped_and_leaves_no_process(log, how, command):
    words = [sys.executable, "manage.py", *command.split(), "--processes", "2"]
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env=log.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell starts what runs in its background with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while len(started := children(process.pid)) < 3:  # and what cleans up after them
        assert process.poll() is None
        time.sleep(0.01)

    if how == "Ctrl-C":  # a terminal sends it to every process
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    out, _ = process.communicate(timeout=60)

    for _ in range(600):  # they close what they write to some time before they end
        running = list(filter(is_running, started))
        if not running:
            break
        time.sleep(0.1)
    assert not running
    if how == "Ctrl-C":
        assert (process.returncode, out) == (130, "")
