"""`Idempotency-Key`: a retry after a lost answer gets the first answer again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions import idempotency
from predictions.models import IdempotencyKey, Prediction
from tests.factories import make_key

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


def ask(api, features, path="/predict", headers=KEY, **more):
    body = {"features": features, **more} if path.startswith("/predict?") else None
    body = body or ({"features": features, **more} if path == "/predict" else None)
    return api.post(path, body, format="json", headers=headers)


def test_a_retry_gets_the_first_answer_again(api, features):
    first = ask(api, features)
    again = ask(api, features)

    assert again.json() == first.json()
    assert Prediction.objects.count() == 1
    assert "Idempotent-Replayed" not in first.headers
    assert again["Idempotent-Replayed"] == "true"


def test_a_retry_may_ask_for_the_reasons(api, features):
    first = ask(api, features).json()

    again = ask(api, features, "/predict?explain=true").json()

    assert again.pop("explanation")["contributions"]
    assert again == first


@pytest.mark.parametrize(
    "change",
    [{"age": 22}, {"revenu_mensuel": None}],
    ids=["another value", "a value less"],
)
def test_another_body_under_the_same_key_is_refused(api, features, change):
    ask(api, features)

    answer = ask(api, features | change)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "idempotency_key_reused"
    assert Prediction.objects.count() == 1


def test_another_employee_under_the_same_key_is_refused(api, features):
    ask(api, features, employee_id=1)

    assert ask(api, features, employee_id=2).status_code == 422


def test_the_key_in_quotes_is_the_same_key(api, features):
    first = ask(api, features).json()

    quoted = {"Idempotency-Key": f'"{KEY["Idempotency-Key"]}"'}
    assert ask(api, features, headers=quoted).json() == first


@pytest.mark.parametrize("key", ["", " ", '""', "é", "a b", "x" * 256])
def test_a_key_that_is_none_is_named(api, features, key):
    answer = ask(api, features, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "bad_idempotency_key"
    assert not Prediction.objects.exists()


def test_two_callers_may_use_the_same_key(api, features):
    _, secret = make_key()
    other = APIClient(headers={"X-API-Key": secret})

    first, second = ask(api, features).json(), ask(other, features).json()

    assert first["db_id"] != second["db_id"]


def test_a_stored_employee_may_change_or_go_between_the_two(api, employee):
    path = f"/predict_by_id/{employee.pk}"
    first = ask(api, None, path).json()

    Employee.objects.filter(pk=employee.pk).update(features={"age": 60})
    changed = ask(api, None, path).json()
    Employee.objects.filter(pk=employee.pk).delete()
    gone = ask(api, None, path).json()

    assert first == changed == gone
    assert ask(api, None, path, headers={}).status_code == 404


def test_a_refusal_takes_no_key(api, features):
    assert ask(api, features | {"age": 300}).status_code == 422

    assert ask(api, features).status_code == 200


def test_keys_are_kept_for_a_day_at_least_and_the_row_for_ever(api, features, run):
    ask(api, features)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=23))
    assert idempotency.forget(timedelta(0)) == 0
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert run("forget_idempotency_keys")[0].rstrip().endswith("1.")

    assert Prediction.objects.count() == 1


def test_two_at_once_log_one_row(committing, features):
    _, secret = make_key()
    answers: list[tuple[int, int]] = []
    begin = threading.Barrier(4)

    def send() -> None:
        api = APIClient(headers={"X-API-Key": secret})
        begin.wait(20)
        answer = ask(api, features)
        answers.append((answer.status_code, answer.json().get("db_id")))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert Prediction.objects.count() == 1
