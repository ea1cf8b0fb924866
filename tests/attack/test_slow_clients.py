"""Clients that send or read slowly, before the proxy that ships and before gunicorn.

Each comes from an address of its own, so that no limit of one address helps.
"""

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests import nginx
from tests.attack.server import SMALLEST, connected, many
from tests.factories import seed_features
from tests.nginx import Proxy
from tests.server import SECRET, Server, until

LARGE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
HALF_A_HEAD = b"GET /history/669?limit=7 HTTP/1.1\r\nHost: localhost\r\n"
HALF_A_BODY = (
    b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n"
    b"Content-Type: application/json\r\nX-API-Key: %b\r\n\r\n{" % SECRET.encode()
)
REFUSED = HALF_A_BODY.replace(SECRET.encode(), b"k" * len(SECRET))
# Six megabytes: the kernel takes up to four for whoever reads nothing.
AT_ONCE = 4
READ_BY_NOBODY = f"GET {LARGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * AT_ONCE
FEATURES = json.dumps({"features": seed_features()}).encode()
THREADS = 8  # of the server, as configured
PATIENCE = 30  # seconds that a call may take, on a machine with other things to do


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("slow")
    found = Server(folder, TRUST_PROXY_HEADER="true")
    yield found
    found.stop()


@pytest.fixture
def proxy(request, server, tmp_path) -> Iterator[Proxy]:
    """As it ships in the long tests; with four seconds for ten in the others."""
    is_long = request.node.get_closest_marker("long") is not None
    shorter = {} if is_long else {"_timeout 10s": "_timeout 4s"}
    with nginx.in_front_of(server, tmp_path, shorter) as found:
        yield found


@pytest.fixture(autouse=True)
def _goes_on(server) -> Iterator[None]:
    workers = server.workers()
    yield
    # As many calls at once as there are threads: none of them is held.
    assert answered(server, THREADS) == [200] * THREADS
    assert server.workers() == workers
    assert "Traceback" not in server.log.read_text()


def call(server: Server | Proxy, path: str, data: bytes | None) -> int:
    headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}
    request = urllib.request.Request(server.address + path, data, headers)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        answer.read()
        return answer.status


def answered(server: Server | Proxy, times: int) -> list[int]:
    """The statuses of so many calls at once, each over a connection of its own."""
    calls = [("/health", None), ("/predict", FEATURES)] * (times // 2)
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda each: call(server, *each), calls))


def slowest(server: Server | Proxy) -> float:
    """Seconds of the slowest call of twenty, one after the other."""
    found = []
    for _ in range(10):
        for path, data in (("/health", None), ("/predict", FEATURES)):
            started = time.monotonic()
            assert call(server, path, data) == 200
            found.append(time.monotonic() - started)
    return max(found)


def size(server: Server | Proxy, path: str) -> int:
    with urllib.request.urlopen(server.address + path, timeout=PATIENCE) as answer:
        return len(answer.read())


def received(connection: socket.socket) -> tuple[int, bool]:
    """How many bytes come until the other side ends it, and whether by a reset."""
    count = 0
    try:
        while piece := connection.recv(65536):
            count += len(piece)
    except ConnectionResetError:
        return count, True
    return count, False


def hangs_up(connection: socket.socket, sent: bytes) -> bool:
    """Whether the other side takes no more."""
    try:
        connection.sendall(sent)
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


@nginx.is_there
@pytest.mark.parametrize(
    ("heads", "bodies", "readers"),
    [
        pytest.param(40, 20, 10, id="some"),
        pytest.param(200, 100, 50, id="many", marks=pytest.mark.long),
    ],
)
def test_slow_clients_keep_nobody_waiting_and_are_given_up(
    server, proxy, record_property, heads, bodies, readers
):
    alone = slowest(proxy)

    with (
        many(proxy, heads, HALF_A_HEAD) as with_half_a_head,
        many(proxy, bodies, HALF_A_BODY) as with_half_a_body,
        many(proxy, readers, READ_BY_NOBODY, SMALLEST) as reading,
    ):
        started = time.monotonic()
        beside = slowest(proxy)
        assert answered(proxy, 2 * THREADS) == [200] * 2 * THREADS
        # None of them has come as far as a thread.
        assert answered(server, THREADS) == [200] * THREADS
        sent_too_little = list(map(received, with_half_a_head + with_half_a_body))
        seconds = time.monotonic() - started
        time.sleep(1)  # the readers may have begun a little later
        read_too_little = list(map(received, reading))

    assert sent_too_little == [(0, True)] * (heads + bodies)
    whole = AT_ONCE * size(proxy, LARGE)
    assert max(count for count, _ in read_too_little) < whole
    log = proxy.log.read_text()
    assert log.count('"status":"408"') == heads + bodies
    assert "127." not in log
    assert "/history" not in log
    record_property("slow clients", f"{heads} + {bodies} + {readers}")
    record_property("slowest call without them", f"{alone:.3f} s")
    record_property("beside them", f"{beside:.3f} s")
    record_property("given up after", f"{seconds:.1f} s")


@pytest.mark.long
@nginx.is_there
def test_answers_that_nobody_reads_hold_no_thread(server, tmp_path):
    """Larger ones than the kernel takes, from a proxy that gives nobody up."""
    sent = b"".join(
        b'{"features":{"revenu_mensuel":%d}}\n' % (2000 + n) for n in range(5000)
    )
    headers = {"X-API-Key": SECRET, "Content-Type": "application/x-ndjson"}
    asked = urllib.request.Request(f"{server.address}/batches", sent, headers)
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
        batch = f"/batches/{json.load(answer)['id']}"
    until(lambda: server.call(batch)["left"] == 0)
    head = f"GET {batch}/results HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    head += f"X-API-Key: {SECRET}\r\n\r\n"
    longer = {"send_timeout 10s": "send_timeout 600s"}

    with (
        nginx.in_front_of(server, tmp_path, longer) as proxy,
        many(proxy, 50, head.encode(), SMALLEST) as readers,
    ):
        assert answered(proxy, 2 * THREADS) == [200] * 2 * THREADS
        assert answered(server, THREADS) == [200] * THREADS
        count, is_reset = received(readers[0])

    assert not is_reset
    assert count > 8_000_000  # whoever reads at last has it all


@nginx.is_there
def test_a_head_that_trickles_is_given_up_and_a_body_that_does_holds_no_thread(
    server, tmp_path
):
    shorter = {"client_header_timeout 10s": "client_header_timeout 4s"}
    with (
        nginx.in_front_of(server, tmp_path, shorter) as proxy,
        many(proxy, 2 * THREADS, HALF_A_HEAD) as heads,
        many(proxy, 2 * THREADS, HALF_A_BODY) as bodies,
    ):
        left, last = set(heads), time.monotonic() + 60
        while left and time.monotonic() < last:
            for connection in bodies:
                connection.sendall(b" ")
            for connection in list(left):
                if hangs_up(connection, b"X: y\r\n"):
                    left.remove(connection)
            assert call(proxy, "/health", None) == 200
            time.sleep(0.3)

    assert not left


@nginx.is_there
def test_what_comes_in_small_pieces_is_answered_all_the_same(proxy):
    head = HALF_A_BODY.replace(b"900", b"%d" % len(FEATURES))[:-1]
    sent = head + FEATURES
    with connected(proxy) as connection:
        for start in range(0, len(sent), 50):
            connection.sendall(sent[start : start + 50])
            time.sleep(0.005)
        status = connection.recv(64).split(b" ")[1]

    assert status == b"200"


@pytest.mark.parametrize(
    ("sent", "receives"),
    [(HALF_A_HEAD, None), (HALF_A_BODY, None), (READ_BY_NOBODY, SMALLEST)],
    ids=["half a head", "half a body", "they read nothing"],
)
def test_gunicorn_alone_goes_on_without_a_restart_once_they_are_gone(
    server, sent, receives
):
    with ExitStack() as stack:
        stack.enter_context(many(server, 4 * THREADS, sent, receives))
        time.sleep(0.5)  # until it has given them its threads

    assert answered(server, 2 * THREADS) == [200] * 2 * THREADS


def test_what_was_refused_holds_no_thread_by_a_body_that_does_not_come(server):
    """Straight to gunicorn, as behind a proxy that keeps no body for it."""
    with many(server, THREADS, REFUSED) as stuck:
        assert all(b" 401 " in c.makefile("rb").readline() for c in stuck)

        assert answered(server, THREADS) == [200] * THREADS


def test_nor_by_one_that_does_not_end(server):
    with connected(server) as connection:
        connection.sendall(REFUSED.replace(b": 900", b": 900000000000"))
        assert b" 401 " in connection.makefile("rb").readline()
        until(lambda: hangs_up(connection, b" " * 10_000))
