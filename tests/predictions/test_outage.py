"""PostgreSQL goes away under load and comes back: 503 at once, no hanging worker.

gunicorn with two workers on a PostgreSQL of the tests' own, 80 requests a second. The
figures stand at the end of pytest's output. `SECONDS` takes another time than 10 for
each outage.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.load import Answer, Load
from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import Server

SECONDS = float(os.environ.get("SECONDS") or 10)
WITHIN = 2.0  # seconds until a request is refused
BACK = 10.0  # seconds until it is answered again, once the database is
AWAY = {"database_unavailable", "log_unavailable"}

pytestmark = [
    needs_postgres,
    pytest.mark.long,
    pytest.mark.skipif(
        sys.platform != "linux", reason="only Linux tells the children of a process"
    ),
]

OUTAGES: dict[str, tuple[Callable[[Cluster], None], Callable[[Cluster], None]]] = {
    "stopped": (lambda found: found.stop("fast"), Cluster.start),
    "crashed": (lambda found: found.stop("immediate"), Cluster.start),
    "frozen": (Cluster.freeze, Cluster.thaw),
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    yield found
    found.remove()


@pytest.fixture(scope="module")
def server(cluster, tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("outage")
    found = Server(folder, workers=2, DATABASE_URL=cluster.url, SEAL_EVERY="1")
    yield found
    found.stop()


def first_answer(load: Load, since: float) -> Answer | None:
    good = [one for one in load.answers if one.sent >= since and one.status == 200]
    return min(good, key=lambda one: one.came, default=None)


@pytest.mark.parametrize("outage", OUTAGES)
def test_every_answer_is_a_503_within_two_seconds_and_nothing_is_restarted(
    server, cluster, record_property, outage
):
    go, come_back = OUTAGES[outage]
    workers = server.workers()
    with Load(server.address) as load:
        time.sleep(2)

        go(cluster)
        away = time.monotonic()
        time.sleep(SECONDS)
        before = time.monotonic()
        come_back(cluster)
        back = time.monotonic()

        while (found := first_answer(load, back)) is None:
            assert time.monotonic() < back + BACK
            time.sleep(0.05)
        time.sleep(2)
        healthy_since = time.monotonic()
        time.sleep(1)

    refused = load.during(away, before - WITHIN)
    worst = max(one.seconds for one in load.during(away - WITHIN, before - WITHIN))
    record_property("outage", outage)
    record_property("requests a second", round(len(refused) / (SECONDS - WITHIN)))
    record_property("worst of them", f"{worst:.2f} s")
    record_property("answered again after", f"{found.came - back:.2f} s")
    assert len(refused) >= 50 * (SECONDS - WITHIN)
    assert {(one.status, one.code in AWAY) for one in refused} == {(503, True)}
    assert worst <= WITHIN
    after = load.during(healthy_since, time.monotonic() - 0.5)
    assert after
    assert {one.status for one in after} == {200}
    assert server.workers() == workers
    log = server.log.read_text()
    assert "Traceback" not in log
    if outage == "frozen":
        assert "The database takes no calls" in log
        assert "The database takes calls again." in log
