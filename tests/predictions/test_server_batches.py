"""Batches over a real gunicorn that has no broker: its own thread scores them."""

import json
import signal
import socket
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.server import ROOT, SECRET, Server, until

KEY = {"X-API-Key": SECRET}
STUCK = """
from pathlib import Path

__file__ = {project!r}
exec(Path(__file__).read_text())


def post_worker_init(worker):
    import threading
    from predictions.batches import starting, working

    done = []
    usual = {module}.{name}

    def stuck(*args, **kwargs):
        found = usual(*args, **kwargs)
        done.append(found)
        if len(done) > {chunks}:
            threading.Event().wait()
        return found

    {module}.{name} = stuck
"""


def people(count: int) -> bytes:
    lines = (b"%d;%d,5\n" % (10_000_000 + n, 1_000 + n) for n in range(count))
    return b"employee_id;revenu_mensuel\n" + b"".join(lines)


def upload(server: Server, body: Any, **headers: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.address}/batches", body, KEY | {"Content-Type": "text/csv"} | headers
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        assert answer.status == 202
        return json.load(answer)


def state(server: Server, batch: dict[str, Any]) -> dict[str, Any]:
    return server.call(f"/batches/{batch['id']}")


def asked(server: Server, batch: dict[str, Any]) -> list[int]:
    """Whom the log holds of a batch, read from the file and not through the service."""
    path = server.environment["DATABASE_URL"].removeprefix("sqlite:///")
    query = "SELECT employee_id FROM predictions WHERE batch_id = ? ORDER BY batch_row"
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(query, [batch["id"].replace("-", "")])
        return [employee_id for (employee_id,) in found]


@pytest.fixture
def stuck_server(tmp_path) -> Iterator[Callable[[str], Server]]:
    """Makes one whose thread comes to a stop after three chunks.

    After `working.write` that is in the fourth, whose rows are written and not
    committed; after `starting.work_on` it is between two.
    """
    with ExitStack() as stopped:

        def start(where: str) -> Server:
            module, name = where.split(".")
            chunks = 3 if name == "write" else 2
            project = str(ROOT / "technova" / "gunicorn.py")
            config = tmp_path / "config.py"
            config.write_text(
                STUCK.format(project=project, module=module, name=name, chunks=chunks)
            )
            server = Server(tmp_path, workers=1, config=config)
            stopped.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("server"))
    yield found
    found.stop()


def test_a_file_is_scored_after_the_answer_and_its_results_are_streamed(server):
    batch = upload(server, people(3_000))

    until(lambda: state(server, batch)["state"] == "done")
    request = urllib.request.Request(
        f"{server.address}/batches/{batch['id']}/results", headers=KEY
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Length"] is None
        assert answer.headers["Batch-State"] == "done"
        rows = [json.loads(line) for line in answer]
    assert [row["row"] for row in rows] == list(range(3_000))
    assert [row["employee_id"] for row in rows] == asked(server, batch)
    features = {"revenu_mensuel": 1_002.5}
    single = server.call("/predict", {"features": features})
    assert rows[2]["proba_depart"] == single["proba_depart"]


def test_a_file_that_comes_in_chunks_is_read_to_its_end(server):
    body = people(500)
    pieces = (body[start : start + 1_000] for start in range(0, len(body), 1_000))

    batch = upload(server, pieces, **{"Transfer-Encoding": "chunked"})

    assert batch["rows"] == 500


def test_a_form_is_taken_as_browsers_write_its_boundary(server):
    form = (
        b'--WebKitAbCdEf\r\nContent-Disposition: form-data; name="file"; '
        b'filename="people.csv"\r\n\r\n' + people(3) + b"\r\n--WebKitAbCdEf--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=WebKitAbCdEf"}

    assert upload(server, form, **kind)["rows"] == 3


def test_a_file_that_is_cut_off_starts_nothing(server):
    host = urlsplit(server.address)
    before = len(server.call("/batches"))
    head = (
        f"POST /batches HTTP/1.1\r\nHost: {host.netloc}\r\nX-API-Key: {SECRET}\r\n"
        "Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\n"
    )

    with socket.create_connection((host.hostname, host.port), timeout=30) as sent:
        sent.sendall(head.encode() + people(3))
        sent.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: sent.recv(65_536), b""))

    assert b" 422 " in answer.partition(b"\r\n")[0]
    assert b"bad_request" in answer
    assert len(server.call("/batches")) == before


def test_others_are_answered_while_a_batch_is_worked_on(stuck_server):
    server = stuck_server("starting.work_on")
    batch = upload(server, people(5_000))
    until(lambda: state(server, batch)["scored"] == 3_000)

    answer = server.call("/predict", {"features": {"revenu_mensuel": 3_000}})
    cancelled = server.call(f"/batches/{batch['id']}/cancel", method="POST")

    assert answer["stored"] is True
    assert (cancelled["state"], cancelled["left"]) == ("cancelled", 2_000)


def test_what_a_server_leaves_when_it_is_stopped_is_finished_by_a_command(stuck_server):
    server = stuck_server("working.write")
    batch = upload(server, people(5_000))
    until(lambda: state(server, batch)["scored"] == 3_000)

    server.stop(signal.SIGTERM)

    assert asked(server, batch) == list(range(10_000_000, 10_003_000))
    assert batch["id"] in server.manage("run_batches")
    assert asked(server, batch) == list(range(10_000_000, 10_005_000))
    assert server.manage("run_batches") == ""
