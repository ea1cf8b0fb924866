"""`summarise_log --every` beside gunicorn (`SUMMARISE_EVERY`), and by itself."""

import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import OperationalError

from predictions.management.commands import summarise_log
from predictions.models import DaySummary
from predictions.summaries.keeping import Summariser
from tests.server import Server, runs, until

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells the children of a process"
)


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    """One that seals and sums up every second."""
    found = Server(tmp_path, workers=1, SEAL_EVERY="1", SUMMARISE_EVERY="1")
    try:
        until(lambda: found.running("summarise_log"))
        yield found
    finally:
        found.stop()


def counted(server: Server) -> int:
    """Answers in the summaries, read from the file and not through the service."""
    path = server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT SUM(count) FROM prediction_day_summaries")
        return found.fetchone()[0] or 0


def ask(server: Server) -> None:
    server.call("/predict_by_id/669", method="POST")


@linux
def test_it_counts_again_and_again_and_is_started_again_when_it_was_killed(server):
    for _ in range(2):
        before = counted(server)
        ask(server)
        until(lambda before=before: counted(server) > before)
    [killed] = server.running("summarise_log")
    [sealer] = server.running("seal_log")

    os.kill(killed, signal.SIGKILL)
    before = counted(server)
    ask(server)

    until(lambda: counted(server) > before)
    until(lambda: server.running("summarise_log") not in ([], [killed]))
    assert server.running("seal_log") == [sealer]
    assert "summarise_log has ended" in server.log.read_text()


@linux
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
def test_it_ends_with_gunicorn(server, how):
    left = [*server.running("summarise_log"), *server.running("seal_log")]
    assert len(left) == 2

    server.stop(how)

    until(lambda: not any(runs(pid) for pid in left))
    assert "Traceback" not in server.log.read_text()


def test_a_database_that_is_away_is_told_and_asked_again(
    run, make_prediction, monkeypatch, caplog
):
    make_prediction()
    keep, calls = Summariser.keep, []

    def away_once(self):
        calls.append(len(calls))
        if len(calls) == 1:
            raise OperationalError("a row of somebody")
        return keep(self)

    def twice(work, every, parent):
        work()
        work()

    monkeypatch.setattr(Summariser, "keep", away_once)
    monkeypatch.setattr(summarise_log, "repeat", twice)

    run("summarise_log", "--every", 1)

    assert caplog.messages == ["Rien n'a été compté\u00a0: OperationalError."]
    assert DaySummary.objects.get().count == 1


def test_it_says_how_many_days_it_counted(run, make_prediction):
    make_prediction()

    assert run("summarise_log")[0].strip() == "Jours comptés\u00a0: 1."
    assert run("summarise_log")[0].strip() == "Jours comptés\u00a0: 0."
