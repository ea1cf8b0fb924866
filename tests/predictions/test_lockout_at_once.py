"""Wrong passwords that come to several processes are all counted."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.server import PASSWORD, Server

WORKERS, GUESSERS = 3, 8


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("lockout"), workers=WORKERS)
    yield found
    found.stop()


def log_in(server: Server, password: str) -> int:
    """The status that a browser of its own gets."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar)
    address = f"{server.address}/admin/login/"
    page = browser.open(address, timeout=60).read().decode()
    [token] = set(re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page))
    form = {
        "username": "admin",
        "password": password,
        "csrfmiddlewaretoken": token,
        "next": "/admin/",
    }
    try:
        with browser.open(address, urllib.parse.urlencode(form).encode(), 60) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_processes_share_one_count(server):
    with ThreadPoolExecutor(GUESSERS) as pool:
        found = list(pool.map(lambda n: log_in(server, f"guess {n}"), range(30)))

    # Whoever was on the way when the limit was reached was still answered.
    assert set(found) == {200, 429}
    assert found.count(200) < 5 + GUESSERS
    assert {log_in(server, PASSWORD) for _ in range(2 * WORKERS)} == {429}
    server.manage("unlock_login", "admin", "--reason", "a test")
    assert log_in(server, PASSWORD) == 200
