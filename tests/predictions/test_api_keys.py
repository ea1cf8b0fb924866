"""Who may call: keys, their scopes, and what is kept of them."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.test import APIClient

from predictions.batches import making
from predictions.batches.making import Asker
from predictions.models import ApiKey, Prediction, Scope, Source
from predictions.services import Caller, Record, predict
from tests.factories import make_key
from tests.predictions.refusals import assert_refused, messages, problems, send
from tests.predictions.routes import (
    CLOSED,
    DOCUMENTATION,
    ROUTES,
    good_body,
    served_paths,
)

pytestmark = pytest.mark.django_db

WRONG = "x" * 48
YESTERDAY = timezone.now() - timedelta(days=1)


def address(path: str, row: int | UUID) -> str:
    return path.format(employee_id=669, id=row)


def good_address(path: str, features: dict) -> str:
    """The address of something that is there, and the caller's own."""
    if "{id}" not in path:
        return address(path, 0)
    caller = Caller(Source.BATCH)
    if path.startswith("/batches"):
        name = f"key:{ApiKey.objects.get().pk}"
        return address(path, making.of_everyone(Asker(caller, name)).pk)
    [row] = predict([Record(features)], caller=caller)
    return address(path, row.pk)


def test_every_path_is_in_the_table_of_these_tests():
    in_table = {path for _, path in ROUTES}

    assert served_paths() == in_table | {f"{p}/" for p in in_table} | DOCUMENTATION


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_key_nothing_is_answered(anonymous, features, method, path):
    answer = assert_refused(
        anonymous,
        method,
        address(path, 1),
        {"features": features},
        status=401,
        expected=[(None, "key_missing")],
    )

    assert "X-API-Key" in answer.json()["detail"]
    assert answer["WWW-Authenticate"] == "Api-Key"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X_API_Key": ""}, "invalid_key"),
        ({"X_API_Key": "   "}, "invalid_key"),
        ({"X_API_Key": WRONG}, "invalid_key"),
        ({"X_API_Key": "clé-inconnue-ÿ"}, "invalid_key"),
        ({"X_API_Key": "'; drop table predictions; --"}, "invalid_key"),
        ({"Authorization": f"Api-Key {WRONG}"}, "invalid_key"),
        ({"Authorization": "Api-Key "}, "invalid_key"),
        ({"Authorization": "Api-Key"}, "invalid_key"),
        ({"Authorization": f"Bearer {WRONG}"}, "key_missing"),
        ({"Authorization": "Basic YW5hOmFuYQ=="}, "key_missing"),
        ({"Authorization": ""}, "key_missing"),
        ({"Authorization": WRONG}, "key_missing"),
    ],
    ids=str,
)
def test_a_wrong_key_is_told_so_and_where_it_belongs(
    anonymous, features, headers, code
):
    make_key()

    answer = assert_refused(
        anonymous,
        "POST",
        "/predict",
        {"features": features},
        status=401,
        expected=[(None, code)],
        **headers,
    )

    assert "X-API-Key" in answer.json()["detail"]
    assert answer["WWW-Authenticate"] == "Api-Key"


@pytest.mark.parametrize(
    "header",
    [
        ("X-API-Key", "{}"),
        ("X-API-Key", "{}\n"),
        ("X-API-Key", "{}\r\n"),
        ("X-API-Key", " \t{} "),
        ("Authorization", "Api-Key {}"),
        ("Authorization", "api-key   {}\n"),
    ],
    ids=repr,
)
def test_a_key_is_taken_whatever_white_space_is_around_it(anonymous, features, header):
    _, secret = make_key(Scope.PREDICT)
    name, pattern = header

    answer = send(
        anonymous,
        "POST",
        "/predict",
        {"features": features},
        **{name: pattern.format(secret)},
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("secret", ["voilà", "clé d'accès n° 1", "ключ"])
def test_a_key_need_not_be_ascii(anonymous, secret):
    make_key(secret=secret)
    as_wsgi_has_it = secret.encode().decode("latin-1")

    assert (
        send(anonymous, "GET", "/history", X_API_Key=as_wsgi_has_it).status_code == 200
    )


def test_a_key_is_case_sensitive(anonymous):
    make_key(secret="abcDEF" * 8)

    answer = send(anonymous, "GET", "/history", X_API_Key="abcdef" * 8)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("state", "code"),
    [({"expires_at": YESTERDAY}, "expired_key"), ({}, "revoked_key")],
    ids=["expired", "revoked"],
)
def test_a_key_of_the_past_is_told_since_when(features, state, code):
    _, secret = make_key(**state)
    if not state:
        ApiKey.objects.update(revoked_at=YESTERDAY)

    answer = assert_refused(
        APIClient(headers={"X-API-Key": secret}),
        "POST",
        "/predict",
        {"features": features},
        status=401,
        expected=[(None, code)],
    )

    since = YESTERDAY.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    assert since in answer.json()["detail"]
    assert answer["WWW-Authenticate"] == "Api-Key"


def test_a_key_that_is_both_is_told_that_it_was_revoked():
    _, secret = make_key(expires_at=YESTERDAY)
    ApiKey.objects.update(revoked_at=YESTERDAY - timedelta(days=1))

    answer = send(APIClient(), "GET", "/history", X_API_Key=secret)

    assert problems(answer) == [(None, "revoked_key")]


def test_a_key_works_up_to_its_last_second(monkeypatch):
    expiry = datetime(2030, 1, 1, tzinfo=UTC)
    _, secret = make_key(expires_at=expiry)
    client = APIClient(headers={"X-API-Key": secret})

    monkeypatch.setattr(timezone, "now", lambda: expiry - timedelta(seconds=1))
    before = client.get("/history").status_code
    monkeypatch.setattr(timezone, "now", lambda: expiry)
    after = client.get("/history").status_code

    assert (before, after) == (200, 401)


def test_a_wrong_guess_does_not_learn_of_an_expired_key():
    make_key(expires_at=YESTERDAY)

    answer = send(APIClient(), "GET", "/history", X_API_Key=WRONG)

    assert problems(answer) == [(None, "invalid_key")]


@pytest.mark.parametrize("held", Scope.values)
@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_key_may_do_what_its_scope_says_and_nothing_else(
    api_with, employee, features, method, path, held
):
    client = api_with(held)
    needed = CLOSED[method, path]

    body = good_body(method, path, features)
    answer = send(client, method, good_address(path, features), body)

    if held == needed:
        assert answer.status_code in (200, 202)
    else:
        assert answer.status_code == 403
        assert problems(answer) == [(None, "scope_missing")]
        assert f" {needed.value}" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_missing_scope_is_named_in_both_languages(
    api_with, employee, features, method, path
):
    others = [scope for scope in Scope.values if scope != CLOSED[method, path]]

    assert_refused(
        api_with(*others),
        method,
        address(path, 1),
        {"features": features},
        status=403,
        expected=[(None, "scope_missing")],
    )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/history", "/history/669", "/employees"])
def test_a_key_without_any_scope_may_do_nothing(method, path):
    _, secret = make_key()
    ApiKey.objects.update(scopes=[])

    answer = send(APIClient(), method, path, X_API_Key=secret)

    assert answer.status_code == 403


def test_health_and_the_documentation_need_no_key(anonymous):
    wrong = {"X_API_Key": WRONG}

    for path in ("/health", "/health/", "/docs", "/openapi.json"):
        assert send(anonymous, "GET", path).status_code == 200
        assert send(anonymous, "GET", path, **wrong).status_code == 200
    assert send(anonymous, "GET", "/").headers["Location"] == "/docs"


def test_of_two_headers_the_one_that_was_made_for_keys_counts(features):
    _, good = make_key(owner="ana")
    _, other = make_key(owner="bob")
    client = APIClient()

    def ask(key, authorization):
        headers = {"X_API_Key": key, "Authorization": f"Api-Key {authorization}"}
        return send(client, "POST", "/predict", {"features": features}, **headers)

    assert ask(WRONG, good).status_code == 401
    assert ask(good, WRONG).status_code == 200
    assert ask(good, other).status_code == 200
    assert set(Prediction.objects.values_list("key_owner", flat=True)) == {"ana"}


def test_a_wrong_key_is_not_saved_by_a_session(browser):
    answer = browser(None).get("/history", headers={"X-API-Key": WRONG})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("seconds", "is_noted"), [(1, False), (59, False), (61, True), (86_400, True)]
)
def test_the_last_use_is_noted_at_most_once_a_minute(seconds, is_noted):
    key, secret = make_key()
    earlier = timezone.now() - timedelta(seconds=seconds)
    ApiKey.objects.update(last_used_at=earlier)

    send(APIClient(), "GET", "/history", X_API_Key=secret)

    key.refresh_from_db()
    assert (key.last_used_at != earlier) == is_noted
    assert timezone.now() - key.last_used_at < timedelta(seconds=seconds + 5)


def test_the_first_use_is_noted_and_refused_ones_are_not():
    key, secret = make_key()
    old, old_secret = make_key(expires_at=YESTERDAY)

    for sent in (secret, old_secret):
        send(APIClient(), "GET", "/history", X_API_Key=sent)

    key.refresh_from_db()
    old.refresh_from_db()
    assert key.last_used_at is not None
    assert old.last_used_at is None


def test_a_row_copies_the_keys_prefix_and_owner(features):
    _, secret = make_key(owner="Paie, Lyon")

    send(APIClient(), "POST", "/predict", {"features": features}, X_API_Key=secret)

    row = Prediction.objects.get()
    assert (row.key_prefix, row.key_owner) == (secret[:8], "Paie, Lyon")
    assert (row.user_name, row.source) == ("", "api")


def test_the_secret_is_stored_nowhere(features):
    key, secret = make_key()

    answer = send(
        APIClient(), "POST", "/predict", {"features": features}, X_API_Key=secret
    )

    assert answer.status_code == 200
    assert key.secret_sha256 == sha256(secret.encode()).hexdigest()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert secret not in repr(cursor.fetchall())


def test_the_secret_is_in_no_answer():
    _, secret = make_key(expires_at=YESTERDAY)

    for path in ("/history", "/nowhere", "/health"):
        answer = send(APIClient(), "GET", path, X_API_Key=secret)

        assert secret.encode() not in answer.content
        assert secret not in repr(answer.headers)


def test_of_a_short_secret_less_is_shown():
    shown = {
        length: make_key(secret="a" * length)[0].prefix for length in (48, 32, 16, 3)
    }

    assert {n: len(prefix) for n, prefix in shown.items()} == {
        48: 8,
        32: 8,
        16: 4,
        3: 0,
    }


def test_a_call_with_a_key_starts_no_session(api):
    answer = api.get("/history")

    assert not answer.cookies
    assert not Session.objects.exists()


def test_a_refusal_names_no_key_that_there_is(features):
    key, secret = make_key()

    answer = send(
        APIClient(), "POST", "/predict", {"features": features}, X_API_Key=secret[:-1]
    )

    assert all(key.prefix not in message for message in messages(answer))


def test_a_use_that_cannot_be_noted_refuses_nobody(api, monkeypatch, caplog):
    def down(*args, **kwargs):
        raise OperationalError("read-only")

    monkeypatch.setattr(QuerySet, "update", down)

    assert api.get("/history").status_code == 200
    assert "OperationalError" in caplog.text
