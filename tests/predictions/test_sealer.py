"""`seal_log --every` as a process: by itself, and beside gunicorn (`SEAL_EVERY`)."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import ROOT, Server, children, runs, until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells the children of a process"
)

SEALER = [sys.executable, "manage.py", "seal_log", "--every", "1"]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """One that does not seal."""
    found = Server(tmp_path_factory.mktemp("sealer"), workers=1)
    yield found
    found.stop()


@pytest.fixture
def sealing_server(tmp_path, request) -> Iterator[Server]:
    """One that seals, as often as the test says."""
    found = Server(tmp_path, workers=1, SEAL_EVERY=request.param)
    try:
        until(lambda: found.running("seal_log"))
        yield found
    finally:
        found.stop()


def sealed(server: Server) -> list[int]:
    """The rows in seals, read from the file and not through the service."""
    path = server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT prediction_id FROM prediction_seal_rows")
        return [number for (number,) in found]


def ask(server: Server) -> int:
    return server.call("/predict_by_id/669", method="POST")["db_id"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_it_seals_again_and_again_until_it_is_told_to_end(server, how):
    sealer = subprocess.Popen(
        SEALER, cwd=ROOT, env=server.environment, stderr=subprocess.PIPE, text=True
    )
    for _ in range(2):
        row = ask(server)
        until(lambda row=row: row in sealed(server))

    sealer.send_signal(how)
    _, errors = sealer.communicate(timeout=60)

    assert sealer.returncode == 0
    assert "Traceback" not in errors


def test_one_that_a_shell_started_outlives_the_shell(server):
    command = f'"{sys.executable}" manage.py seal_log --every 1 >&2 & echo $!; read _'
    shell = subprocess.Popen(
        ["sh", "-c", command],
        cwd=ROOT,
        env=server.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    sealer = int(shell.stdout.readline())
    try:
        for _ in range(2):
            row = ask(server)
            until(lambda row=row: row in sealed(server))
            if shell.poll() is None:
                shell.communicate("\n", timeout=60)
    finally:
        os.kill(sealer, signal.SIGTERM)
    until(lambda: not runs(sealer))


@needs_postgres
def test_it_waits_for_a_database_that_is_away(tmp_path):
    cluster = Cluster()
    try:
        environment = os.environ | {"DATABASE_URL": cluster.url}
        for command in (["migrate", "--verbosity=0"], ["bootstrap", "--demo"]):
            manage(*command, env=environment)
        manage("score_employee", "669", env=environment)
        said = tmp_path / "said"
        cluster.stop("fast")

        with said.open("w") as file:
            sealer = subprocess.Popen(SEALER, cwd=ROOT, env=environment, stderr=file)
        until(lambda: said.read_text().count("OperationalError") >= 2)
        cluster.start()
        until(lambda: cluster.rows("SELECT prediction_id FROM prediction_seal_rows"))
        sealer.terminate()

        assert sealer.wait(timeout=60) == 0
        assert "Traceback" not in said.read_text()
    finally:
        cluster.remove()


def manage(*arguments: str, env: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


# Beside gunicorn


@pytest.mark.parametrize("sealing_server", ["3600"], indirect=True)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_it_ends_with_gunicorn(sealing_server, how):
    [sealer] = sealing_server.running("seal_log")

    code = sealing_server.stop(how)

    assert code == 0
    assert not runs(sealer)
    assert "Traceback" not in sealing_server.log.read_text()


@pytest.mark.parametrize("sealing_server", ["3600"], indirect=True)
def test_it_ends_with_a_gunicorn_that_has_reloaded(sealing_server):
    [sealer] = sealing_server.running("seal_log")
    workers = children(sealing_server.process.pid).keys() - {sealer}
    sealing_server.process.send_signal(signal.SIGHUP)
    until(lambda: not any(runs(worker) for worker in workers))
    assert sealing_server.running("seal_log") == [sealer]

    code = sealing_server.stop(signal.SIGTERM)

    # Ended by gunicorn, and not by itself a second later.
    assert code == 0
    assert not runs(sealer)


@pytest.mark.parametrize("sealing_server", ["3600"], indirect=True)
def test_it_ends_by_itself_when_gunicorn_is_killed(sealing_server):
    left = children(sealing_server.process.pid)
    assert any("seal_log" in command for command in left.values())

    sealing_server.stop(signal.SIGKILL)

    until(lambda: not any(runs(pid) for pid in left))


@pytest.mark.parametrize("sealing_server", ["1"], indirect=True)
def test_one_that_was_killed_is_started_again(sealing_server):
    [killed] = sealing_server.running("seal_log")
    row = ask(sealing_server)
    until(lambda: row in sealed(sealing_server))

    os.kill(killed, signal.SIGKILL)
    row = ask(sealing_server)
    until(lambda: row in sealed(sealing_server))

    until(lambda: sealing_server.running("seal_log") not in ([], [killed]))
    assert "seal_log has ended" in sealing_server.log.read_text()
