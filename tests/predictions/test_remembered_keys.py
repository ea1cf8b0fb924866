"""A key that was found is remembered for two seconds, and no longer."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from predictions.api import authentication
from predictions.models import ApiKey, Scope
from tests.factories import make_key
from tests.predictions.refusals import problems, send
from tests.server import Server

YESTERDAY = timezone.now() - timedelta(days=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(authentication, "time", found)
    return found


def client_of(secret: str) -> APIClient:
    return APIClient(headers={"X-API-Key": secret})


def look_ups(client) -> int:
    """How often a call asks the database for its key."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/history").status_code == 200
    return sum("secret_sha256" in query["sql"] for query in queries)


@pytest.mark.django_db
def test_within_two_seconds_a_key_is_looked_up_once(clock):
    _, secret = make_key()
    client = client_of(secret)
    client.get("/history")

    clock.seconds += 1.9
    assert look_ups(client) == 0
    clock.seconds += 0.1
    assert look_ups(client) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"revoked_at": YESTERDAY}, 401, "revoked_key"),
        ({"expires_at": YESTERDAY}, 401, "expired_key"),
        ({"scopes": [Scope.PREDICT.value]}, 403, "scope_missing"),
    ],
    ids=["revoked", "expired", "another scope"],
)
def test_what_is_changed_bites_after_two_seconds(clock, change, status, code):
    key, secret = make_key()
    client = client_of(secret)
    client.get("/history")

    ApiKey.objects.filter(pk=key.pk).update(**change)
    clock.seconds += 2

    answer = client.get("/history")
    assert answer.status_code == status
    assert problems(answer) == [(None, code)]


@pytest.mark.django_db
def test_asking_all_the_time_keeps_no_revoked_key_alive(clock):
    key, secret = make_key()
    client = client_of(secret)
    client.get("/history")
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=YESTERDAY)

    statuses = []
    for _ in range(5):
        statuses.append(client.get("/history").status_code)
        clock.seconds += 0.5

    assert statuses == [200, 200, 200, 200, 401]


@pytest.mark.django_db
def test_a_remembered_key_expires_to_the_second(clock, monkeypatch):
    expiry = datetime(2030, 1, 1, tzinfo=UTC)
    _, secret = make_key(expires_at=expiry)
    client = client_of(secret)

    monkeypatch.setattr(timezone, "now", lambda: expiry - timedelta(seconds=1))
    before = client.get("/history").status_code
    monkeypatch.setattr(timezone, "now", lambda: expiry)
    after = client.get("/history").status_code

    assert (before, after) == (200, 401)


@pytest.mark.django_db
def test_a_key_that_is_made_after_a_wrong_guess_works_at_once(clock):
    secret = "made-a-moment-later-than-it-was-first-sent"
    assert client_of(secret).get("/history").status_code == 401

    make_key(secret=secret)

    assert client_of(secret).get("/history").status_code == 200


@pytest.mark.django_db
def test_a_revoked_key_that_is_given_back_works_at_once(clock):
    _, secret = make_key()
    ApiKey.objects.update(revoked_at=YESTERDAY)
    assert client_of(secret).get("/history").status_code == 401

    ApiKey.objects.update(revoked_at=None)

    assert client_of(secret).get("/history").status_code == 200


@pytest.mark.django_db
def test_no_more_keys_are_remembered_than_fit(clock, monkeypatch):
    monkeypatch.setattr(authentication, "MOST_REMEMBERED", 3)
    secrets = [make_key()[1] for _ in range(8)]

    for secret in secrets:
        assert client_of(secret).get("/history").status_code == 200

        assert len(authentication.remembered) <= 3


@pytest.mark.django_db
def test_neither_a_wrong_key_nor_a_secret_is_kept(clock):
    _, secret = make_key()

    for sent in (secret, "x" * 48, "y" * 48):
        client_of(sent).get("/history")

    assert len(authentication.remembered) == 1
    assert secret not in repr(vars(authentication.remembered))


@pytest.mark.django_db
def test_the_use_of_a_remembered_key_is_noted_once_a_minute(
    clock, django_assert_num_queries
):
    key, secret = make_key()
    client = client_of(secret)
    client.get("/history")
    key.refresh_from_db()
    first = key.last_used_at

    for _ in range(3):
        send(client, "GET", "/history")

    key.refresh_from_db()
    assert first is not None
    assert key.last_used_at == first


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    found = Server(tmp_path, workers=2)
    yield found
    found.stop()


def test_a_revocation_bites_on_every_worker_within_two_seconds(server):
    """gunicorn with two workers that both know the key, and a real clock."""
    before = statuses(server)
    revoke = "from predictions.models import ApiKey; from django.utils import timezone"
    revoke += "; ApiKey.objects.update(revoked_at=timezone.now())"
    server.manage("shell", "-c", revoke)

    time.sleep(authentication.REMEMBERED_FOR)

    assert before == {200}
    assert statuses(server) == {401}


def statuses(server: Server) -> set[int]:
    """Of so many calls, each over its own connection, that each worker has some."""
    found = set()
    for _ in range(40):
        try:
            server.call("/history")
        except HTTPError as refusal:
            with refusal:
                found.add(refusal.code)
        else:
            found.add(200)
    return found
