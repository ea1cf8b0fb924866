"""A real gunicorn on a real socket, with SQLite and several clients at once."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.factories import seed_features
from tests.server import ROOT, SECRET, Server

CLIENTS = 8
REQUESTS = 40  # of each client
JSON = {"X-API-Key": SECRET, "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("server"))
    yield found
    found.stop()


@pytest.fixture
def connection(server) -> Iterator[HTTPConnection]:
    """One connection, kept open between requests."""
    found = HTTPConnection(urlsplit(server.address).netloc, timeout=30)
    yield found
    found.close()


def answer_of(connection: HTTPConnection) -> tuple[int, dict]:
    with connection.getresponse() as response:
        return response.status, json.loads(response.read())


def logged(server: Server) -> list[int]:
    """The ids of the log, read from the file and not through the service."""
    path = server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    database = sqlite3.connect(path)
    try:
        return [pk for (pk,) in database.execute("SELECT id FROM predictions")]
    finally:
        database.close()


def test_the_seeds_request_is_answered_and_in_the_history(server):
    answer = server.call("/predict", {"features": seed_features()})

    assert answer.keys() >= {
        "proba_depart",
        "prediction",
        "threshold",
        "model_version",
        "stored",
        "db_id",
    }
    newest = server.call("/history?limit=1")[0]
    assert newest["id"] == answer["db_id"]
    assert repr(newest["proba_depart"]) == repr(answer["proba_depart"])


def test_the_same_employee_scores_the_same_by_every_way(server):
    sent = server.call("/predict", {"features": seed_features()})
    stored = server.call("/predict_by_id/669", method="POST")
    [command] = json.loads(server.manage("score_employee", "669", "--format", "json"))

    probabilities = [item["proba_depart"].hex() for item in (sent, stored, command)]
    assert len(set(probabilities)) == 1


def test_eight_clients_at_once_are_all_answered_and_logged(server):
    before = logged(server)

    def ask(client: int) -> list[dict]:
        if client % 2:
            path, body = "/predict", {"features": seed_features()}
        else:
            path, body = "/predict_by_id/669", None
        return [server.call(path, body, method="POST") for _ in range(REQUESTS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for each in pool.map(ask, range(CLIENTS)) for answer in each]

    ids = [answer["db_id"] for answer in answers]
    assert len(ids) == len(set(ids)) == CLIENTS * REQUESTS
    assert set(logged(server)) == set(before) | set(ids)
    assert len({answer["proba_depart"] for answer in answers}) == 1
    assert "database is locked" not in server.log.read_text()
    assert " 503 " not in server.log.read_text()


def test_readers_and_writers_do_not_stop_each_other(server):
    def ask(client: int) -> None:
        for number in range(10):
            match client % 4:
                case 0:
                    server.call("/history?limit=100")
                case 1:
                    body = {"features": {"age": 30 + number}}
                    server.call("/employees/669", body, method="PATCH")
                case 2:
                    server.call("/predict_by_id/670", method="POST")
                case _:
                    server.call("/predict", {"features": seed_features()})

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, range(CLIENTS)))

    assert "database is locked" not in server.log.read_text()


def test_one_connection_serves_many_requests_good_and_bad(server, connection):
    good = json.dumps({"features": seed_features()})

    for _ in range(3):
        connection.request("POST", "/predict", good, JSON)
        assert answer_of(connection)[0] == 200
        connection.request("POST", "/predict", good, JSON | {"X-API-Key": "wrong"})
        assert answer_of(connection)[0] == 401  # and its body went unread
        connection.request("POST", "/predict", "{", JSON)
        assert answer_of(connection)[0] == 422


def test_a_header_that_is_none_is_not_quoted_in_the_log(server):
    host = urlsplit(server.address)
    request = b"GET /history HTTP/1.1\r\nHost: localhost\r\nX-API-Key %b\r\n\r\n"

    with socket.create_connection((host.hostname, host.port), timeout=10) as raw:
        raw.sendall(request.replace(b"%b", SECRET.encode()))
        status = raw.makefile("rb").readline().split(b" ")[1]

    assert status == b"400"
    assert "Invalid request from ip=127.0.0.1" in server.log.read_text()
    assert SECRET not in server.log.read_text()


def test_callers_without_a_key_cannot_hold_the_service_with_half_a_body(server):
    host = urlsplit(server.address)
    head = (
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
        b"\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"
    )
    held = []
    try:
        for _ in range(12):  # more than there are threads
            held.append(socket.create_connection((host.hostname, host.port)))
            held[-1].sendall(head)

        # gunicorn waits some seconds for the rest of each body, and then hangs up.
        with urllib.request.urlopen(f"{server.address}/health", timeout=60) as answer:
            assert answer.status == 200
    finally:
        for connection in held:
            connection.close()


def test_a_body_in_chunks_is_read(server, connection):
    """As .NET sends JSON, unasked."""
    body = json.dumps({"features": seed_features()}).encode()

    connection.request("POST", "/predict", iter([body[:99], body[99:]]), JSON)

    status, answer = answer_of(connection)
    assert status == 200
    assert answer["stored"] is True


@pytest.mark.parametrize(
    ("chunks", "status", "code"),
    [
        ([], 422, "empty_body"),
        ([b"{"], 422, "invalid_json"),
        ([b" " * 2**20, b" "], 413, "body_too_large"),
    ],
    ids=["none", "no JSON", "too many"],
)
def test_a_bad_body_in_chunks_is_refused(server, connection, chunks, status, code):
    before = logged(server)

    connection.request("POST", "/predict", iter(chunks), JSON)

    found, answer = answer_of(connection)
    assert (found, answer["errors"][0]["code"]) == (status, code)
    assert logged(server) == before


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
        b"\r\nX-API-Key: %b\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
        b"\r\nX-API-Key: %b\r\nContent-Length: -1\r\n\r\n{}",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
        b"\r\nX-API-Key: %b\r\nContent-Length: \xb2\r\n\r\n{}",
        b"GET /history/669\xff HTTP/1.1\r\nHost: localhost\r\nX-API-Key: %b\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
    ids=["bad chunk", "negative length", "odd length", "odd path", "nonsense"],
)
def test_what_is_hardly_http_is_refused_and_the_service_goes_on(server, request_):
    before = logged(server)
    host = urlsplit(server.address)

    with socket.create_connection((host.hostname, host.port), timeout=10) as raw:
        raw.sendall(request_.replace(b"%b", SECRET.encode()))
        raw.shutdown(socket.SHUT_WR)
        status = raw.makefile("rb").readline().split(b" ")[1:2]

    assert status in ([], [b"400"], [b"404"], [b"422"])
    assert server.call("/health") == {"status": "ok"}
    assert logged(server) == before


def test_a_client_that_hangs_up_half_way_leaves_no_row(server):
    before = logged(server)
    host = urlsplit(server.address)

    with socket.create_connection((host.hostname, host.port), timeout=10) as raw:
        raw.sendall(
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 900\r\n"
            b"X-API-Key: %b\r\n\r\n" % SECRET.encode() + b'{"features": {"age":'
        )

    assert server.call("/health") == {"status": "ok"}
    assert logged(server) == before


def test_a_refusal_has_its_shape_over_the_socket_too(server):
    with pytest.raises(urllib.error.HTTPError) as caught:
        server.call("/predict", {"features": {"age": 300}})

    with caught.value as answer:
        assert answer.code == 422
        assert json.load(answer)["errors"][0]["field"] == "age"


def test_the_log_of_the_server_holds_no_path_and_no_secret(server):
    server.call("/history/424242")
    server.call("/predict_by_id/669?explain=true", method="POST")

    text = server.log.read_text()

    assert "history/<str:employee_id>" in text
    assert "424242" not in text
    assert SECRET not in text
    assert "explain=true" not in text
    assert "Célibataire" not in text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score_employee", "669"], 0),
        (["score_employee", "424242"], 1),
        (["score_employee", "669", "424242"], 1),
        (["create_api_key", "--owner", "a", "--scopes", "everything"], 1),
        (["score_employee", "abc"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_says_by_its_exit_code_how_it_went(server, arguments, code):
    before = logged(server)

    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert len(logged(server)) == len(before) + (code == 0)


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "Ctrl-C"])
def test_it_ends_cleanly_and_keeps_what_it_answered(tmp_path, how):
    server = Server(tmp_path)
    answer = server.call("/predict", {"features": seed_features()})
    workers = server.workers() if sys.platform == "linux" else []

    if how == "Ctrl-C":  # a terminal sends it to every process
        for worker in workers:
            os.kill(worker, signal.SIGINT)
    code = server.stop(signal.SIGTERM if how == "SIGTERM" else signal.SIGINT)

    assert code == 0
    assert answer["db_id"] in logged(server)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{server.address}/health", timeout=5)
    assert "Traceback" not in server.log.read_text()


def test_a_worker_that_ends_while_it_starts_says_nothing():
    """Ended within a second of its start, it has not loaded Django yet."""
    code = "from technova import gunicorn; gunicorn.worker_exit(None, None)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
