"""What a request gets while something else of the machine is at its end.

On a PostgreSQL and a gunicorn of the tests' own; docs/faults.md says what the operator
sees and does.
"""

import contextlib
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError

import psycopg
import pytest

from tests.factories import seed_features
from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import Server, until

CONNECTIONS = 12
AWAY = {"database_unavailable", "log_unavailable"}

pytestmark = [
    needs_postgres,
    pytest.mark.long,
    pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux tells the children of a process"
    ),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster(f"max_connections = {CONNECTIONS}\n")
    yield found
    found.remove()


@pytest.fixture(scope="module")
def server(cluster, tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("faults")
    found = Server(folder, workers=1, DATABASE_URL=cluster.url)
    yield found
    found.stop()


def ask(server: Server) -> tuple[int, str, float]:
    """The status, the code of a refusal, and how long it took."""
    began = time.monotonic()
    status, code = 200, ""
    try:
        server.call("/predict", {"features": seed_features()})
    except HTTPError as refused:
        status, code = refused.code, json.load(refused)["errors"][0]["code"]
    return status, code, time.monotonic() - began


def rows(cluster: Cluster) -> int:
    [(count,)] = cluster.rows("SELECT count(*) FROM predictions")
    return count


@contextlib.contextmanager
def all_connections_taken(cluster: Cluster) -> Iterator[None]:
    taken = []
    try:
        with contextlib.suppress(psycopg.OperationalError):
            while len(taken) < CONNECTIONS + 1:
                taken.append(psycopg.connect(cluster.url))
        yield
    finally:
        for connection in taken:
            connection.close()


def test_a_server_without_a_free_connection_is_a_503_until_one_is_free(server, cluster):
    with all_connections_taken(cluster):
        status, code, seconds = ask(server)

        assert (status, code in AWAY) == (503, True)
        assert seconds < 2
        server.call("/health")

    until(lambda: ask(server)[0] == 200)
    log = server.log.read_text()
    assert "The database failed: OperationalError" in log
    assert "too many" not in log  # PostgreSQL's own words name the user


@pytest.fixture
def small_disk(cluster) -> Iterator[Path]:
    """Two megabytes, as a place of PostgreSQL's."""
    place = cluster.folder / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)]
    if (
        not shutil.which("mount")
        or subprocess.run(command, capture_output=True).returncode != 0
    ):
        place.rmdir()
        pytest.skip("no small disk can be mounted here: that takes root")
    data = place / "data"
    data.mkdir()
    shutil.chown(data, "nobody")
    yield data
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_a_503_and_no_row_until_there_is_room(
    server, cluster, small_disk
):
    with psycopg.connect(cluster.url, autocommit=True) as owner:
        owner.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
        owner.execute("ALTER TABLE predictions SET TABLESPACE small")
    ballast = small_disk.parent / "ballast"
    try:
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        found = ask(server)
        for _ in range(100):  # what is left of the last page is filled first
            if found[0] != 200:
                break
            found = ask(server)
        before = rows(cluster)

        status, code, seconds = ask(server)

        assert (status, code) == (503, "log_unavailable")
        assert seconds < 2
        assert rows(cluster) == before
        assert server.call("/history")  # what is there is read
        ballast.unlink()
        assert ask(server)[0] == 200  # nothing is restarted
        assert rows(cluster) == before + 1
        server.manage("seal_log")
        server.manage("verify_log")
    finally:
        ballast.unlink(missing_ok=True)
        with psycopg.connect(cluster.url, autocommit=True) as owner:
            owner.execute("ALTER TABLE predictions SET TABLESPACE pg_default")
            owner.execute("DROP TABLESPACE small")


def memory_of(pid: int) -> int:
    """What the kernel counts of RLIMIT_DATA: all that is private and can be written."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return int(pages[5]) * resource.getpagesize()


def test_a_worker_that_gets_no_memory_refuses_and_serves_on(server, cluster):
    """The kernel's way, to kill it, is in test_killed."""
    features = seed_features()
    batch = {"records": [{"features": features}] * 3_000}
    server.call("/predict/batch", {"records": [{"features": features}] * 30})
    [worker] = server.workers()
    before, answers, refusals, statuses = rows(cluster), 0, 0, set()
    _, most = resource.prlimit(worker, resource.RLIMIT_DATA)

    resource.prlimit(worker, resource.RLIMIT_DATA, (memory_of(worker), most))
    for _ in range(10):
        try:
            answers += len(server.call("/predict/batch", batch)["results"])
        except HTTPError as refused:
            statuses.add(refused.code)
            refusals += 1
        except (URLError, OSError):  # it has died
            refusals += 1
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(worker, resource.RLIMIT_DATA, (most, most))

    assert refusals
    assert "MemoryError" in server.log.read_text()
    assert statuses <= {500, 503}
    assert rows(cluster) == before + answers
    until(lambda: ask(server)[0] == 200)
    assert len(server.call("/predict/batch", batch)["results"]) == 3_000
    server.manage("seal_log")
    server.manage("verify_log")
