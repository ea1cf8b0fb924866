"""So many hostile requests against a running server, and not one answer of 500.

`REQUESTS` says how many, 100,000 if it is not set.
"""

import contextlib
import os
import socket
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest

from tests.attack.hostile import Hostile, Sent
from tests.attack.server import connected
from tests.factories import seed_features
from tests.server import PASSWORD, Server

REQUESTS = int(os.environ.get("REQUESTS", "100000"))
CLIENTS = 8
HUNG_UP = "hung up"
FRAMING = {"Content-Length", "Transfer-Encoding"}
# Not 501, which gunicorn answers to a transfer coding that it has not (RFC 9112, 6.1)
FAULTS = {"500", "502", "503", "504"}

pytestmark = [pytest.mark.long, pytest.mark.logs_values("hostile ones are no people's")]


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    found.stop()


def logged_in(server: Server) -> tuple[str, str]:
    """The cookies of an administrator, and the token for their forms."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    login = f"{server.address}/admin/login/"
    browser.open(login).close()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    form = {
        "username": "admin",
        "password": PASSWORD,
        "csrfmiddlewaretoken": cookies["csrftoken"],
        "next": "/admin/glossary/",
    }
    browser.open(login, urlencode(form).encode()).close()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    assert "sessionid" in cookies
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return text, cookies["csrftoken"]


class Client:
    """Sends over one connection for as long as the server keeps it."""

    def __init__(self, server: Server, hostile: Hostile, faults: list[Sent]) -> None:
        self.server, self.hostile, self.faults = server, hostile, faults
        self.connection: socket.socket | None = None

    def ask(self, times: int) -> Counter[str]:
        found: Counter[str] = Counter()
        for _ in range(times):
            sent = self.hostile.next()
            status = self._status(sent)
            found[status] += 1
            if status in FAULTS:
                self.faults.append(sent)
        self._close()
        return found

    def _status(self, sent: Sent) -> str:
        """Of its answer; a kept connection that is gone is no answer to it."""
        for _ in range(2):
            is_new = self.connection is None
            try:
                return self._asked(sent)
            except (OSError, HTTPException):
                self._close()
                if is_new:
                    break
        return HUNG_UP

    def _asked(self, sent: Sent) -> str:
        if self.connection is None:
            self.connection = connected(self.server, timeout=60)
        self.connection.sendall(sent.raw())
        is_all = any(name in FRAMING for name, _ in sent.headers)
        if is_all:
            # Else whoever believes the header waits for the rest, with a thread.
            self.connection.shutdown(socket.SHUT_WR)
        with HTTPResponse(self.connection, method=sent.method) as answer:
            answer.begin()
            answer.read()
            if answer.will_close or is_all or sent.body or len(sent.headers) > 3:
                self._close()
            return str(answer.status)

    def _close(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(OSError):
                self.connection.close()
            self.connection = None


def test_no_hostile_request_is_answered_with_500(server, record_property):
    workers = server.workers()
    cookie, token = logged_in(server)
    faults: list[Sent] = []
    clients = [
        Client(server, Hostile(seed, cookie, token), faults) for seed in range(CLIENTS)
    ]
    started = time.monotonic()

    with ThreadPoolExecutor(CLIENTS) as pool:
        counts = pool.map(lambda client: client.ask(REQUESTS // CLIENTS), clients)
    found = sum(counts, Counter())

    seconds = time.monotonic() - started
    summary = ", ".join(f"{status}: {found[status]:,}" for status in sorted(found))
    record_property("hostile requests", f"{found.total():,} in {seconds:.0f} s")
    record_property("answers", summary)
    assert not faults, (len(faults), faults[:5])
    assert found.total() == REQUESTS // CLIENTS * CLIENTS
    # It did not refuse everything at the door, nor serve nobody.
    assert min(found[status] for status in ("200", "401", "403", "404", "422")) > 0
    assert found[HUNG_UP] < found.total() / 20
    assert server.workers() == workers
    assert "Traceback" not in server.log.read_text()
    assert server.call("/predict", {"features": seed_features()})["stored"]
    server.manage("verify_log")  # every row that was written is whole
