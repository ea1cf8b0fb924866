"""Clients that send or read slowly, or never: they keep nobody else waiting."""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator

import pytest

from technova import worker
from technova.worker import PatientSocket, ends_a_head
from tests.attack.server import answer_to, connected, many
from tests.factories import seed_features
from tests.server import SECRET, Server

CLIENTS = 100  # there are eight threads
SOON = 3  # seconds, on a machine that does something else besides
HEAD = b"POST /predict HTTP/1.1\r\nHost: localhost\r\n"
NO_KEY = HEAD + b"Content-Type: application/json\r\n"
LAST = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("slow"))
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def _goes_on(server) -> Iterator[None]:
    yield
    assert server.call("/predict", {"features": seed_features()})["stored"]
    assert "Traceback" not in server.log.read_text()


def slowest_answer(server: Server, times: int = 6) -> float:
    """Seconds; each over a connection of its own, so that each worker has some."""
    slowest = 0.0
    for _ in range(times):
        started = time.monotonic()
        with urllib.request.urlopen(f"{server.address}/health", timeout=60) as answer:
            assert answer.status == 200
        slowest = max(slowest, time.monotonic() - started)
    return slowest


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /hea",
        HEAD,
        b"\r\n\r\n" + HEAD,
        NO_KEY + b"Content-Length: 900\r\n\r\n{",
        NO_KEY + b"Transfer-Encoding: chunked\r\n\r\n10\r\n{",
        b"nonsense\r\n\r\n",
        LAST,
        LAST + HEAD,
        LAST.replace(b"Connection: close\r\n", b"") + HEAD,
        b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=[
        "nothing",
        "half a line",
        "half a head",
        "half a head after empty lines",
        "half a body",
        "half a chunk",
        "no HTTP",
        "all, and they stay",
        "all and a half, and they stay",
        "one and a half",
        "all, and they read nothing",
    ],
)
def test_a_hundred_of_them_keep_nobody_waiting(server, sent):
    with many(server, CLIENTS, sent):
        time.sleep(0.3)  # until the server has them

        assert slowest_answer(server) < SOON


def test_a_head_that_trickles_is_given_up(server):
    with many(server, 8, HEAD) as held:
        started = time.monotonic()
        left = list(held)
        while left and time.monotonic() - started < 30:
            time.sleep(0.5)
            for connection in list(left):
                try:
                    connection.sendall(b"X: y\r\n")
                except ConnectionError:
                    left.remove(connection)

        seconds = time.monotonic() - started
        assert not left
        assert worker.HEAD_SECONDS - 1 < seconds < worker.HEAD_SECONDS + 10


def test_a_head_in_pieces_is_read_all_the_same(server):
    request = HEAD.replace(b"POST /predict", b"GET /history") + b"X-API-Key: %k\r\n\r\n"
    with connected(server) as connection:
        for byte in request.replace(b"%k", SECRET.encode()):
            connection.sendall(bytes([byte]))
            time.sleep(0.005)
        status = connection.recv(64).split(b" ")[1]

    assert status == b"200"


def test_two_requests_at_once_are_both_answered(server):
    one = LAST.replace(b"Connection: close\r\n", b"")

    answer = answer_to(server, one + LAST)

    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_a_body_in_pieces_is_read_all_the_same(server):
    body = json.dumps({"features": seed_features()}).encode()
    head = NO_KEY + b"X-API-Key: %s\r\nContent-Length: %d\r\n\r\n"
    with connected(server) as connection:
        connection.sendall(head % (SECRET.encode(), len(body)))
        for start in range(0, len(body), 100):
            time.sleep(0.02)
            connection.sendall(body[start : start + 100])
        status = connection.recv(64).split(b" ")[1]

    assert status == b"200"


@pytest.fixture
def pair(monkeypatch) -> Iterator[tuple[PatientSocket, socket.socket]]:
    monkeypatch.setattr(worker, "PATIENCE", 0.5)
    ours, theirs = socket.socketpair()
    with PatientSocket(fileno=ours.detach()) as patient, theirs:
        yield patient, theirs


def test_who_sends_nothing_is_given_up(pair):
    patient, _ = pair
    started = time.monotonic()

    with pytest.raises(ConnectionResetError):
        patient.recv(100)

    assert 0.4 < time.monotonic() - started < 2


def test_who_reads_nothing_is_given_up(pair):
    patient, _ = pair
    started = time.monotonic()

    with pytest.raises(ConnectionResetError):
        patient.sendall(b"x" * 10_000_000)

    assert 0.4 < time.monotonic() - started < 2


def test_who_trickles_is_given_up_although_each_byte_comes_soon(pair):
    patient, other = pair
    other.sendall(b"xyz")
    assert patient.recv(1) == b"x"
    patient.read_waited += 0.4  # as if that one had been waited for
    assert patient.recv(1) == b"y"
    patient.read_waited += 0.4

    with pytest.raises(ConnectionResetError):
        patient.recv(1)


def test_our_own_work_is_not_held_against_a_client(pair):
    patient, other = pair
    other.sendall(b"xy")
    assert patient.recv(1) == b"x"

    time.sleep(0.7)

    assert patient.recv(1) == b"y"
    patient.sendall(b"z")


@pytest.mark.parametrize(
    ("sent", "whole"),
    [
        (b"", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
        (b"\r\n\r\nGET / HTTP/1.1\r\n", False),
    ],
)
def test_a_head_ends_with_an_empty_line_that_is_not_its_first(sent, whole):
    assert ends_a_head(sent) is whole
