"""How often a key may call, and an address send keys that are none."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from rest_framework.test import APIClient

from predictions.api import throttling
from predictions.models import Prediction, Refusal, Scope, UnknownCallers
from predictions.refusals import unknown_callers
from technova.caches import caches as caches_with
from technova.env import Rate
from tests.brokers import redis
from tests.factories import make_key
from tests.predictions.refusals import problems, send
from tests.server import ROOT, free_port

pytestmark = pytest.mark.django_db


class Clock:
    """Stands still, at the begin of a minute, until it is moved."""

    def __init__(self) -> None:
        self.seconds = 60_000.0

    def time(self) -> float:
        return self.seconds

    monotonic = time


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> Iterator[Clock]:
    found = Clock()
    monkeypatch.setattr(throttling, "time", found)
    monkeypatch.setattr(throttling, "counter", throttling.Counter())
    caches["process"].clear()
    yield found
    caches["process"].clear()


def statuses(client: APIClient, times: int, path: str = "/history") -> list[int]:
    return [client.get(path).status_code for _ in range(times)]


def client_of(secret: str, address: str = "192.0.2.1", **more: str) -> APIClient:
    return APIClient(headers={"X-API-Key": secret, **more}, REMOTE_ADDR=address)


def test_nothing_is_counted_unless_it_is_set(api, monkeypatch):
    monkeypatch.setattr(throttling.counter, "add", pytest.fail)
    monkeypatch.setattr(throttling.counter, "so_far", pytest.fail)

    assert statuses(api, 3) == [200] * 3
    assert statuses(client_of("wrong"), 3) == [401] * 3


def test_a_key_may_call_so_often_and_again_when_the_minute_is_over(
    api, settings, clock
):
    settings.THROTTLE_KEY = Rate(3, 60)
    clock.seconds += 19.5

    assert statuses(api, 5) == [200, 200, 200, 429, 429]
    clock.seconds += 40
    assert statuses(api, 1) == [429]
    clock.seconds += 0.5
    assert statuses(api, 4) == [200, 200, 200, 429]


def test_the_answer_says_how_long_in_both_languages(api, settings, clock):
    settings.THROTTLE_KEY = Rate(1, 60)
    clock.seconds += 19.5
    api.get("/history")

    french = send(api, "GET", "/history", Accept_Language="fr")
    english = send(api, "GET", "/history", Accept_Language="en")

    assert problems(french) == problems(english) == [(None, "throttled")]
    assert french.json()["detail"] != english.json()["detail"]
    assert french["Retry-After"] == "41"


def test_each_key_has_its_own_count(api_with, settings):
    settings.THROTTLE_KEY = Rate(1, 60)
    one, other = api_with(Scope.HISTORY), api_with(Scope.HISTORY)

    assert statuses(one, 2) == [200, 429]
    assert statuses(other, 2) == [200, 429]


def test_people_and_open_addresses_are_not_counted(browser, anonymous, settings):
    settings.THROTTLE_KEY = Rate(1, 60)

    assert statuses(browser("HR auditor"), 3) == [200] * 3
    assert statuses(anonymous, 3, "/health") == [200] * 3
    assert statuses(anonymous, 3) == [401] * 3


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/nowhere", {}, 404),
        ("/history", {"X_API_Key": "wrong"}, 401),
        ("/predict", {}, 405),
        ("/employees", {}, 403),
        ("/history", {"Accept": "application/xml"}, 406),
        ("/history?limit=0", {}, 429),
    ],
)
def test_what_says_who_calls_and_what_comes_first(
    api_with, settings, path, more, status
):
    settings.THROTTLE_KEY = Rate(1, 60)
    client = api_with(Scope.HISTORY, Scope.PREDICT)
    client.get("/history")

    assert send(client, "GET", path, **more).status_code == status


def test_a_call_too_many_is_not_scored_and_its_body_not_read(api, settings, features):
    settings.THROTTLE_KEY = Rate(1, 60)
    body = {"features": features}
    send(api, "POST", "/predict", body)

    again = send(api, "POST", "/predict", body)
    nonsense = send(api, "POST", "/predict", b"{")

    assert (again.status_code, nonsense.status_code) == (429, 429)
    assert Prediction.objects.count() == 1


def test_a_flood_is_one_row_of_the_refusals_a_window(api, settings, clock):
    settings.THROTTLE_KEY = Rate(2, 60)

    for _ in range(2):
        for _ in range(6):
            send(api, "POST", "/predict", b"{")
        clock.seconds += 60

    codes = [row.code for row in Refusal.objects.order_by("id")]
    assert codes == ["invalid_json", "invalid_json", "throttled"] * 2


def test_who_guesses_keys_is_told_nothing_more_until_the_minute_is_over(
    settings, clock
):
    settings.THROTTLE_FAILED_KEYS = Rate(3, 60)
    _, secret = make_key()
    guesser = client_of("wrong")

    assert statuses(guesser, 5) == [401, 401, 401, 429, 429]
    # Not even that this one is right.
    assert statuses(client_of(secret), 1) == [429]
    assert statuses(client_of(secret, address="192.0.2.2"), 1) == [200]
    clock.seconds += 60
    assert statuses(client_of(secret), 1) == [200]


def test_neither_right_keys_nor_none_count_as_failed(settings, anonymous):
    settings.THROTTLE_FAILED_KEYS = Rate(2, 60)
    _, secret = make_key()

    statuses(client_of(secret), 5)
    statuses(anonymous, 5)

    assert statuses(client_of("wrong"), 1) == [401]


def test_who_guesses_is_counted_and_gets_no_row(settings, clock):
    settings.THROTTLE_FAILED_KEYS = Rate(2, 60)

    for _ in range(5):
        send(client_of("wrong"), "POST", "/predict", b"{}")

    unknown_callers.flush()
    counts: Counter[int] = Counter()  # two rows of a status, where a period ended
    for status, count in UnknownCallers.objects.values_list("status", "count"):
        counts[status] += count
    assert counts == {401: 2, 429: 3}
    assert not Refusal.objects.exists()


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [(True, [401, 401]), (False, [401, 429])],
    ids=["behind a proxy", "to whom it may concern"],
)
def test_only_a_trusted_proxy_says_whose_address_it_is(settings, trusted, expected):
    settings.THROTTLE_FAILED_KEYS = Rate(1, 60)
    if trusted:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    found = [
        client_of("wrong", **{"X-Forwarded-For": f"6.6.6.6, 192.0.2.{number}"})
        .get("/history")
        .status_code
        for number in (7, 8)
    ]

    assert found == expected


def test_a_count_that_is_lost_between_two_commands_begins_anew(monkeypatch):
    """As in a Redis that is full, or emptied."""

    def lost(key):
        raise ValueError

    monkeypatch.setattr(caches["default"], "incr", lost)

    assert throttling.counter.add("x", 60) == 1


def test_threads_at_once_lose_no_count():
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: throttling.counter.add("x", 60), range(400)))

    assert sorted(found) == list(range(1, 401))


def test_without_its_redis_each_process_counts_alone_and_says_so_once_a_minute(
    api, settings, clock, caplog
):
    settings.CACHES = caches_with(f"redis://127.0.0.1:{free_port()}/0")
    settings.THROTTLE_KEY = Rate(3, 60)
    caplog.set_level(logging.ERROR)

    found = []
    for _ in range(4):
        found += statuses(api, 1)
        clock.seconds += 6  # by then it is asked again

    assert found == [200, 200, 200, 429]
    assert caplog.messages == [
        "Redis is away (ConnectionError): each process counts alone."
    ]
    clock.seconds += 60
    statuses(api, 1)
    assert len(caplog.messages) == 2


def test_a_redis_that_hangs_delays_one_call_by_half_a_second(api, settings, clock):
    settings.THROTTLE_KEY = Rate(100, 60)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # nobody ever accepts
        port = silent.getsockname()[1]
        settings.CACHES = caches_with(f"redis://127.0.0.1:{port}/0")

        started = time.monotonic()
        assert statuses(api, 5) == [200] * 5
        assert time.monotonic() - started < 2


def test_two_processes_count_together_in_a_redis(tmp_path, settings):
    with redis(tmp_path) as environment:
        [url] = environment.values()
        settings.CACHES = caches_with(url)
        here = [throttling.counter.add("x", 60) for _ in range(50)]
        code = (
            "import django; django.setup(); from predictions.api.throttling import "
            "counter; print([counter.add('x', 60) for _ in range(50)])"
        )
        there = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "technova.settings", "CACHE_URL": url},
            capture_output=True,
            text=True,
        )

    assert there.returncode == 0, there.stderr
    assert [*here, *json.loads(there.stdout)] == list(range(1, 101))
