"""Wrong passwords that come at once, or to several processes, are all counted."""

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.db.models import Sum
from django.test import Client

from predictions.logins import second_step
from tests.factories import make_user
from tests.predictions.codes import code_of
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


def test_failures_at_the_same_moment_are_all_counted(committing, settings):
    settings.AXES_FAILURE_LIMIT = 50
    make_user("bob")
    begin = threading.Barrier(GUESSERS)

    def guess(number: int) -> int:
        client = Client(REMOTE_ADDR=f"192.0.2.{number % 2}")
        begin.wait(20)
        form = {"username": "bob", "password": "wrong"}
        try:
            return client.post("/admin/login/", form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as pool:
        found = list(pool.map(guess, range(GUESSERS)))

    counted = AccessAttempt.objects.aggregate(sum=Sum("failures_since_start"))["sum"]
    assert found == [200] * GUESSERS
    assert counted == GUESSERS


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_that_is_sent_at_the_same_moment_is_taken_once(committing, kind):
    bob = make_user("bob")
    device = second_step.waiting_device(bob)
    second_step.confirm(device, code_of(device, later=-1))
    [recovery, *_] = second_step.new_recovery_codes(bob)
    code = code_of(device) if kind == "app" else recovery
    begin = threading.Barrier(GUESSERS)

    def use(number: int) -> bool:
        begin.wait(20)
        try:
            return second_step.check(bob, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as pool:
        found = list(pool.map(use, range(GUESSERS)))

    assert found.count(True) == 1
