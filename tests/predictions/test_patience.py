"""How long a request waits: a silent PostgreSQL is given up, a slow one is not."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, connection
from rest_framework.test import APIClient

from predictions.database import patience
from predictions.database.patience import Doubt, ServerSilent, takes_calls
from predictions.models import Prediction
from tests import own_database
from tests.factories import make_key, seed_features
from tests.predictions.refusals import problems, send

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no server to wait for"
)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(patience, "SILENT", 0.1)
    monkeypatch.setattr(patience, "LONGEST", 1.0)
    monkeypatch.setattr(patience, "TAKEN", 0.3)
    monkeypatch.setattr(patience, "AGAIN", 0.1)
    monkeypatch.setattr(patience, "doubt", Doubt())


@pytest.fixture
def serving() -> Iterator[None]:
    """As within a request."""
    patience.begin()
    yield
    patience.end()


@pytest.fixture
def silent() -> Iterator[patience.Address]:
    """Takes the call, as the kernel does for a process that stands still."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield socket.AF_INET, server.getsockname()


def of(address: patience.Address) -> dict[str, object]:
    host, port = address[1]
    return {"host": host, "port": port}


@contextmanager
def answering() -> Iterator[patience.Address]:
    """Says one byte to whoever calls, as PostgreSQL does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            call, _ = server.accept()
            call.sendall(b"N")
            call.close()

        threading.Thread(target=answer, daemon=True).start()
        yield socket.AF_INET, server.getsockname()


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Somebody else holds the log, as a migration does."""
    with psycopg.connect(own_database.url(name)) as other:
        other.execute("LOCK TABLE predictions IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_request_gives_up_a_server_that_says_nothing(serving, silent):
    began = time.monotonic()

    with pytest.raises(ServerSilent):
        patience.before_connecting(of(silent))

    assert time.monotonic() - began < 1


def test_whoever_comes_next_is_refused_at_once(serving, silent, monkeypatch):
    monkeypatch.setattr(patience, "AGAIN", 60)
    with pytest.raises(ServerSilent):
        patience.before_connecting(of(silent))
    began = time.monotonic()

    with pytest.raises(ServerSilent):
        patience.before_connecting(of(silent))

    assert time.monotonic() - began < 0.1


def test_one_request_at_a_time_looks_whether_it_is_back(silent):
    patience.doubt.begin()
    time.sleep(patience.AGAIN)
    took = []

    def ask() -> None:
        began = time.monotonic()
        with pytest.raises(ServerSilent):
            patience.doubt.settle([silent])
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(took) == 8
    assert sum(seconds > patience.TAKEN / 2 for seconds in took) == 1


def test_a_server_that_answers_again_ends_the_doubt(silent):
    patience.doubt.begin()
    time.sleep(patience.AGAIN)
    refusing = (socket.AF_INET, ("127.0.0.1", 1))

    patience.doubt.settle([refusing])  # it is not there: to connect says so at once

    patience.doubt.settle([silent])  # nobody asks any more


def test_a_server_that_is_not_there_is_an_answer():
    assert takes_calls([(socket.AF_INET, ("127.0.0.1", 1))])


def test_a_name_with_two_addresses_is_silent_only_if_neither_answers(
    serving, silent, monkeypatch
):
    """As localhost has, where a server listens at one of the two."""
    gone = (socket.AF_INET, ("127.0.0.1", 1))
    with answering() as answers:
        found = {"both": [silent, answers], "one": [gone, silent], "none": [gone, gone]}
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, port, **more: [
                (family, socket.SOCK_STREAM, 6, "", place)
                for family, place in found[host]
            ],
        )

        patience.before_connecting({"host": "both"})
        patience.before_connecting({"host": "none"})
        with pytest.raises(ServerSilent):
            patience.before_connecting({"host": "one"})


def test_a_socket_whose_queue_is_full_is_silent(serving, tmp_path):
    with socket.socket(socket.AF_UNIX) as server, ExitStack() as stack:
        server.bind(str(tmp_path / ".s.PGSQL.5432"))
        server.listen(0)
        waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
        waiting.connect(server.getsockname())

        with pytest.raises(ServerSilent):
            patience.before_connecting({"host": str(tmp_path)})


@pytest.mark.parametrize("is_in_doubt", [True, False])
def test_a_connection_that_was_reset_is_psycopgs_to_report(is_in_doubt):
    if is_in_doubt:
        patience.doubt.begin()

    def work():
        yield 1
        time.sleep(patience.SILENT)
        yield 1
        raise psycopg.OperationalError("reset")

    with socket.create_server(("127.0.0.1", 0)) as server:
        own = socket.create_connection(server.getsockname())
        other, _ = server.accept()
        # To close it so is to reset it.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
        with own, pytest.raises(psycopg.OperationalError, match="reset"):
            for _ in patience._watched(own, work()):
                pass


def test_what_is_no_request_is_not_bound(silent):
    patience.doubt.begin()

    patience.before_connecting(of(silent))


def test_a_request_begins_and_ends_in_its_thread(committing):
    request_started.send(sender=None)
    assert patience.is_serving()

    request_finished.send(sender=None)
    assert not patience.is_serving()


@pytest.mark.parametrize(
    "parameters", [{}, {"host": "a,b"}, {"host": "a", "hostaddr": "127.0.0.1"}]
)
def test_what_libpq_finds_by_itself_is_left_to_it(serving, parameters):
    patience.before_connecting(parameters)


@only_postgresql
def test_the_suites_own_server_takes_calls(committing):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert takes_calls(patience._peer(connection.connection))


@only_postgresql
def test_a_table_that_is_locked_for_long_is_a_503_and_no_row(committing):
    _, secret = make_key()
    client = APIClient(headers={"X-API-Key": secret})
    body = {"features": seed_features()}
    assert send(client, "POST", "/predict", body).status_code == 200
    began = time.monotonic()

    with locked(committing):
        answer = send(client, "POST", "/predict", body)

    assert answer.status_code == 503
    assert problems(answer) == [(None, "log_unavailable")]
    assert 1 <= time.monotonic() - began < 3
    connection.close()
    assert send(client, "POST", "/predict", body).status_code == 200
    # The statement was cancelled, and not left to write when the lock was gone.
    assert Prediction.objects.count() == 2


@only_postgresql
def test_a_table_that_is_locked_for_a_moment_is_waited_for(committing):
    _, secret = make_key()
    client = APIClient(headers={"X-API-Key": secret})
    free = threading.Event()

    def hold() -> None:
        with locked(committing):
            free.set()
            time.sleep(0.5)

    other = threading.Thread(target=hold)
    other.start()
    free.wait()
    answer = send(client, "POST", "/predict", {"features": seed_features()})
    other.join()

    assert answer.status_code == 200


@only_postgresql
def test_a_command_waits_as_long_as_it_takes(committing):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1.5)")


@only_postgresql
def test_a_statement_of_a_request_is_ended_after_the_longest(committing, serving):
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")

    connection.close()
    assert not Prediction.objects.exists()
