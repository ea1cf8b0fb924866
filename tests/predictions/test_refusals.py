"""Scoring calls that got no score are on record, without what was in them."""

from unittest.mock import patch

import pytest
from django.db import DatabaseError, OperationalError

from predictions.models import Prediction, Refusal, UnknownCallers
from predictions.refusals import unknown_callers
from tests.factories import make_key
from tests.predictions.refusals import send


def test_a_refusal_says_which_call_why_and_who_asked(api, features):
    body = {"features": features | {"age": 300}}

    send(api, "POST", "/predict", body, X_Request_ID="payroll-7")

    row = Refusal.objects.get()
    assert (row.route, row.status, row.request_id) == ("predict", 422, "payroll-7")
    assert row.code == "not_in_range" or row.code
    assert (row.key_prefix, row.key_owner) != ("", "")
    columns = {field.name for field in Refusal._meta.fields}
    assert not columns & {"input_payload", "body", "value"}
    assert "300" not in " ".join(str(v) for k, v in vars(row).items() if k != "id")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/predict_by_id/424242", None, 404),
        ("GET", "/predict", None, 405),
        ("POST", "/predict", [], 422),
        ("POST", "/predict/", [], 422),
    ],
)
def test_every_refusal_of_a_known_caller_is_a_row(api, method, path, body, status):
    send(api, method, path, body)

    row = Refusal.objects.get()
    assert row.status == status
    assert "424242" not in row.route


def test_a_call_without_the_scope_is_a_row(api_with, features):
    send(api_with("history"), "POST", "/predict", {"features": features})

    assert (Refusal.objects.get().status, Refusal.objects.get().code) == (
        403,
        "scope_missing",
    )


def test_what_is_answered_or_asks_for_no_score_is_none(api, features):
    send(api, "POST", "/predict", {"features": features})
    send(api, "GET", "/history?limit=0")
    send(api, "GET", "/nowhere")

    assert not Refusal.objects.exists()


def test_unknown_callers_are_only_counted(anonymous, features):
    make_key()
    for _ in range(3):
        send(anonymous, "POST", "/predict", {"features": features})
    unknown_callers.flush()
    send(anonymous, "POST", "/predict", {"features": features})
    unknown_callers.flush()

    assert not Refusal.objects.exists()
    [row] = UnknownCallers.objects.all()
    assert (row.route, row.status, row.count) == ("predict", 401, 4)


def test_a_log_that_can_not_be_written_is_a_refusal_too(api, features, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full: 0.4856")

    monkeypatch.setattr(type(Prediction.objects.all()), "bulk_create", fail)

    answer = send(api, "POST", "/predict", {"features": features})

    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "0.4856" not in answer.content.decode()
    assert Refusal.objects.get().code == "log_unavailable"


def test_a_refusal_that_can_not_be_written_changes_no_answer(
    api, features, monkeypatch, caplog
):
    def fail(**values):
        raise DatabaseError("gone")

    monkeypatch.setattr(Refusal.objects, "create", fail)

    answer = send(api, "POST", "/predict", {"features": features | {"age": 300}})

    assert answer.status_code == 422
    assert "A refusal is not on record: DatabaseError" in caplog.text


def test_a_database_that_is_gone_is_503_to_somebody_in_a_browser_too(browser, features):
    client = browser("HR manager")

    with patch(
        "django.db.backends.utils.CursorWrapper.execute",
        side_effect=OperationalError("gone"),
    ):
        answer = client.post("/predict", {"features": features}, "application/json")

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
