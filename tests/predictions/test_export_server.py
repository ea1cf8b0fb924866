"""An export over a real socket: a file that could not be recorded breaks off."""

import re
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from http.client import IncompleteRead
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests import nginx
from tests.factories import seed_features
from tests.predictions.exported import ADDRESS
from tests.server import PASSWORD, Server

PEOPLE = 700  # more than are recorded together
LOGIN = "/admin/login/"
# What a full disk does, at a place that a test can choose.
NO_END = """CREATE TRIGGER no_end BEFORE INSERT ON prediction_accesses
    WHEN NEW.action = 'exported' BEGIN SELECT RAISE(ABORT, 'full'); END"""
NOT_ALL = """CREATE TRIGGER not_all BEFORE INSERT ON prediction_accessed_employees
    WHEN NEW.employee_id = 50 BEGIN SELECT RAISE(ABORT, 'full'); END"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("export")
    found = Server(folder, workers=1)
    found.database = folder / "server.sqlite3"
    records = [
        {"features": seed_features(), "employee_id": number}
        for number in range(1, PEOPLE + 1)
    ]
    found.call("/predict/batch", {"records": records})
    yield found
    found.stop()


@pytest.fixture(params=["gunicorn", pytest.param("nginx", marks=nginx.is_there)])
def address(request, server, tmp_path) -> Iterator[str]:
    """Of gunicorn itself, and of the proxy that ships."""
    if request.param == "gunicorn":
        yield server.address
        return
    with nginx.in_front_of(server, tmp_path) as proxy:
        yield proxy.address


def token(opener: OpenerDirector, address: str) -> str:
    page = opener.open(address).read().decode()
    return re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]


@pytest.fixture
def opener(address) -> OpenerDirector:
    """An auditor's browser."""
    found = build_opener(HTTPCookieProcessor(CookieJar()))
    login = address + LOGIN
    sent = {"username": "auditor", "password": PASSWORD, "next": "/admin/"}
    sent["csrfmiddlewaretoken"] = token(found, login)
    found.open(login, urlencode(sent).encode()).close()
    return found


def download(address: str, opener: OpenerDirector) -> bytes:
    page = address + ADDRESS
    sent = {"purpose": "audit", "format": "csv", "values": "on"}
    sent["csrfmiddlewaretoken"] = token(opener, page)
    with opener.open(page, urlencode(sent).encode(), timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/csv")
        return answer.read()


def run(server: Server, statement: str) -> list[tuple]:
    with sqlite3.connect(server.database) as database:
        found = database.execute(statement).fetchall()
    database.close()
    return found


def test_the_digest_on_record_is_that_of_the_file(server, address, opener):
    data = download(address, opener)

    *_, [details] = run(
        server, "SELECT details FROM prediction_accesses WHERE action = 'exported'"
    )
    assert data.count(b"\r\n") == PEOPLE + 2  # the titles, and the demonstration
    assert sha256(data).hexdigest() in details


@pytest.mark.parametrize("trigger", [NO_END, NOT_ALL], ids=["at the end", "between"])
def test_a_file_that_cannot_be_recorded_breaks_off_before_its_end(
    server, address, opener, trigger
):
    run(server, trigger)
    try:
        with pytest.raises(IncompleteRead):
            download(address, opener)
    finally:
        run(server, f"DROP TRIGGER {trigger.split()[2]}")

    counts = "SELECT count(*) FROM prediction_accesses WHERE action = "
    [[begun]], [[ended]] = (
        run(server, f"{counts}'{action}'") for action in ("export", "exported")
    )
    assert begun > ended
