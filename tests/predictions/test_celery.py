"""Batches on several workers with a real broker: killed, down, taking turns."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import psycopg
import pytest

from tests import watched, workforce
from tests.brokers import BROKERS
from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import ROOT, Server, until

pytestmark = [needs_postgres, pytest.mark.long]

ROWS = 20_000


class Worker:
    """A Celery worker as an operator starts it, in a process group of its own."""

    def __init__(self, name: str, environment: dict[str, str], folder: Path) -> None:
        self.log = folder / f"{name}.log"
        command = [sys.executable, "-m", "celery", "-A", "technova", "worker"]
        command += [
            "--concurrency",
            "1",
            "--hostname",
            f"{name}@%h",
            "--loglevel",
            "INFO",
        ]
        watched.files[self.log] = 0
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    yield found
    found.remove()


@pytest.fixture(params=list(BROKERS))
def broker(request, tmp_path) -> Iterator[dict[str, str]]:
    with BROKERS[request.param](tmp_path) as variables:
        yield variables


@pytest.fixture
def server(cluster, broker, tmp_path) -> Iterator[Server]:
    found = Server(tmp_path, workers=1, DATABASE_URL=cluster.url, **broker)
    yield found
    found.stop()


def employ(cluster: Cluster, count: int) -> None:
    with psycopg.connect(cluster.url) as connection:
        connection.execute("DELETE FROM employees")
        workforce.employ(connection.cursor(), 1, count)


def state(server: Server, batch: dict) -> dict:
    return server.call(f"/batches/{batch['id']}")


def test_a_worker_is_killed_and_everybody_is_scored_once(
    server, cluster, tmp_path, record_property
):
    employ(cluster, ROWS)
    workers = [Worker(name, server.environment, tmp_path) for name in ("a", "b")]
    try:
        batch = server.call("/batches", {"all": True}, "POST")
        until(lambda: state(server, batch)["scored"] >= ROWS // 10)

        workers[0].kill()

        before = state(server, batch)
        assert before["left"] > 0
        until(lambda: state(server, batch)["state"] == "done")
    finally:
        for worker in workers:
            worker.stop()

    [(rows, people, places)] = cluster.rows(
        "SELECT count(*), count(DISTINCT employee_id), count(DISTINCT batch_row)"
        " FROM predictions WHERE batch_id = %s",
        batch["id"],
    )
    record_property("killed with rows left", f"{before['left']:,} of {ROWS:,}")
    assert (rows, people, places) == (ROWS, ROWS, ROWS)
    done = state(server, batch)
    assert (done["scored"], done["refused"], done["left"]) == (ROWS, 0, 0)


def test_a_small_batch_does_not_wait_for_a_large_one(server, cluster, tmp_path):
    employ(cluster, ROWS)
    worker = Worker("alone", server.environment, tmp_path)
    try:
        large = server.call("/batches", {"all": True}, "POST")
        until(lambda: state(server, large)["scored"])

        small = server.call("/batches", {"employee_ids": [3, 1, 2]}, "POST")

        until(lambda: state(server, small)["state"] == "done")
        assert state(server, large)["left"] > 0
        server.call(f"/batches/{large['id']}/cancel", method="POST")
    finally:
        worker.stop()


def test_a_batch_waits_for_a_worker_and_a_dead_ones_is_picked_up(
    server, cluster, tmp_path
):
    employ(cluster, 3_000)
    batch = server.call("/batches", {"all": True}, "POST")
    time.sleep(0.5)
    assert state(server, batch)["state"] == "queued"

    server.manage("run_batches")

    assert state(server, batch)["state"] == "done"
    # The messages are still there, and find nothing to do.
    worker = Worker("late", server.environment, tmp_path)
    try:
        until(lambda: worker.log.read_text().count("succeeded") >= 3)
    finally:
        worker.stop()
    [(rows,)] = cluster.rows(
        "SELECT count(*) FROM predictions WHERE batch_id = %s", batch["id"]
    )
    assert rows == 3_000


def test_a_worker_that_starts_takes_up_what_the_broker_has_lost(
    server, cluster, tmp_path
):
    employ(cluster, 3_000)
    batch = server.call("/batches", {"all": True}, "POST")
    purge = [sys.executable, "-m", "celery", "-A", "technova", "purge", "-f"]
    subprocess.run(purge, cwd=ROOT, env=server.environment, check=True)

    worker = Worker("new", server.environment, tmp_path)
    try:
        until(lambda: state(server, batch)["state"] == "done")
    finally:
        worker.stop()

    assert state(server, batch)["scored"] == 3_000


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:1/0", "amqp://guest:guest@127.0.0.1:1//"]
)
def test_a_broker_that_is_down_is_a_503_and_no_batch(cluster, tmp_path, url):
    server = Server(
        tmp_path, workers=1, DATABASE_URL=cluster.url, CELERY_BROKER_URL=url
    )
    try:
        employ(cluster, 7)
        with pytest.raises(HTTPError) as refused:
            server.call("/batches", {"all": True}, "POST")
    finally:
        server.stop()

    assert refused.value.code == 503
    assert b"broker_unavailable" in refused.value.read()
    assert "Retry-After" in refused.value.headers
    assert cluster.rows("SELECT 1 FROM prediction_batches WHERE row_count = 7") == []
