"""Two workers of a real gunicorn: every request is counted once, whoever is asked."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import watched
from tests.factories import seed_features
from tests.predictions.test_metrics import Figures, read
from tests.server import SECRET, Server, until

TOKEN = "a-token-of-the-tests-that-scrape"
WORKERS, CLIENTS, REQUESTS = 2, 8, 25
ROUNDS = 5
watched.secrets.add(TOKEN)


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    found = Server(
        tmp_path,
        workers=WORKERS,
        METRICS_TOKEN=TOKEN,
        LOG_FORMAT="json",
        TMPDIR=str(folder),
        SEAL_EVERY="1",
    )
    yield found
    found.stop()


def scrape(server: Server) -> Figures:
    """Over a connection of its own: either worker may answer."""
    sent = {"Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"{server.address}/metrics", headers=sent)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return read(answer.read().decode())


def total(figures: Figures, name: str, **labels: str) -> float:
    return sum(
        value
        for (found, having), value in figures.items()
        if found == f"technova_{name}" and labels.items() <= dict(having).items()
    )


def ask_from_everywhere(server: Server) -> set[int]:
    """The processes that answered are told by the log; each client has a connection."""
    body = json.dumps({"features": seed_features()})
    headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}

    def client(number: int) -> None:
        connection = HTTPConnection(urlsplit(server.address).netloc, timeout=30)
        for _ in range(REQUESTS):
            connection.request("POST", "/predict", body, headers)
            with connection.getresponse() as response:
                assert response.status == 200
                response.read()
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    return {line["pid"] for line in lines if line.get("route") == "predict"}


def figures_of_predictions(figures: Figures) -> list[float]:
    of_predict = {"route": "/predict", "method": "POST"}
    return [
        total(figures, "requests_total", status="200", **of_predict),
        total(figures, "request_duration_seconds_count", **of_predict),
        total(figures, "predictions_total", source="api"),
        total(figures, "key_lookups_total"),
    ]


def test_every_request_is_counted_once_by_whichever_worker_and_outlives_it(server):
    asked, answered_by = 0, set[int]()
    while len(answered_by) < WORKERS:  # the kernel chooses who takes a connection
        assert asked < ROUNDS * CLIENTS * REQUESTS
        answered_by = ask_from_everywhere(server)
        asked += CLIENTS * REQUESTS

    for _ in range(6):
        assert figures_of_predictions(scrape(server)) == [asked] * 4

    [killed, *_] = server.workers()
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in server.workers() and len(server.workers()) == WORKERS)

    assert figures_of_predictions(scrape(server)) == [asked] * 4
    before = set(server.workers())
    server.process.send_signal(signal.SIGHUP)  # other workers, the same gunicorn
    until(lambda: len(server.workers()) == WORKERS and not before & {*server.workers()})

    assert figures_of_predictions(scrape(server)) == [asked] * 4
    ask_from_everywhere(server)
    assert figures_of_predictions(scrape(server)) == [asked + CLIENTS * REQUESTS] * 4
    # Of the workers that live, at most one a thread.
    assert 1 <= total(scrape(server), "database_connections") <= WORKERS * 4
    until(lambda: total(scrape(server), "last_seal_age_seconds"))


def test_it_is_ready_and_leaves_no_file_behind(server, tmp_path):
    assert server.call("/ready")["status"] == "ready"
    assert list((tmp_path / "temporary").glob("technova-figures-*/counter_*.db"))

    assert server.stop() == 0

    assert list((tmp_path / "temporary").iterdir()) == []


def test_every_line_of_the_log_is_an_object_gunicorns_too(server):
    server.call("/predict_by_id/669", method="POST")
    server.stop()

    lines = [json.loads(line) for line in server.log.read_text().splitlines()]

    assert {line["logger"] for line in lines} >= {
        "technova.requests",
        "gunicorn.error",
        "predictions.management.repeating",  # seal_log says that it signs nothing
    }
    [asked] = [line for line in lines if "predict_by_id" in line.get("route", "")]
    assert (
        asked.items()
        >= {
            "method": "POST",
            "route": "predict_by_id/<str:employee_id>",
            "status": 200,
            "key": SECRET[:8],
        }.items()
    )
    assert asked["duration_ms"] > 0
    assert asked["request_id"]
    assert Path(f"/proc/{asked['pid']}").exists() is False
