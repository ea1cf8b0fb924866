"""/batches: asked for now, worked on afterwards, repeated under a key."""

import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from predictions.batches import starting
from predictions.models import ApiKey, Batch, BatchChunk, Prediction
from tests.factories import EmployeeFactory, make_key
from tests.predictions.api_batches import (
    CSV,
    KEY,
    NDJSON,
    PEOPLE,
    form,
    people,
    post,
    results,
    state,
    table,
    work,
)
from tests.predictions.refusals import problems, send


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"employee_ids": [3, 1]}, [3, 1]),
        ({"all": True}, [1, 2, 3]),
        ({"all": True, "changed_only": False}, [1, 2, 3]),
        ({"all": True, "changed_only": True}, [1, 3]),
    ],
    ids=["chosen", "all", "all, whether changed or not", "changed"],
)
def test_stored_people_are_accepted_now_and_scored_afterwards(api, body, ids):
    people(3)
    send(api, "POST", "/predict_by_id/2")

    answer = post(api, body)

    assert answer.status_code == 202
    asked = answer.json()
    assert answer["Location"] == f"http://testserver/batches/{asked['id']}"
    counts = (asked["rows"], asked["scored"], asked["left"])
    assert (asked["state"], counts) == ("queued", (len(ids), 0, len(ids)))
    assert Prediction.objects.filter(source="batch").count() == 0
    work()
    done = state(api, answer)
    assert (done["state"], done["scored"], done["left"]) == ("done", len(ids), 0)
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]
    assert done["rows_per_second"] > 0
    found = results(api, answer)
    assert [row["employee_id"] for row in found] == ids
    assert [row["row"] for row in found] == list(range(len(ids)))
    for row in found:
        alone = send(api, "POST", f"/predict_by_id/{row['employee_id']}").json()
        assert row["proba_depart"] == alone["proba_depart"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PEOPLE, CSV),
        (PEOPLE, "Text/CSV; charset=utf-8"),
        (b"\xef\xbb\xbf" + PEOPLE, CSV),
        (
            b'{"features": {"revenu_mensuel": 3000.5, "poste": "Consultant"},'
            b' "employee_id": 7}\n'
            b'{"features": {"revenu_mensuel": 2500}, "employee_id": 8}\n'
            b'{"features": {"revenu_mensuel": 4000}, "employee_id": 9}\n',
            NDJSON,
        ),
        (
            b'{"features": {"revenu_mensuel": 3000.5, "poste": "Consultant"},'
            b' "employee_id": 7}\n\n'
            b'{"features": {"revenu_mensuel": 2500}, "employee_id": 8}\n'
            b'{"features": {"revenu_mensuel": 4000}, "employee_id": 9}',
            "application/jsonl",
        ),
        form(PEOPLE),
        form(PEOPLE, "PEOPLE.CSV"),
    ],
    ids=["csv", "case", "BOM", "ndjson", "jsonl", "a form", "an ending in capitals"],
)
def test_a_file_is_scored_as_its_people_would_be_one_by_one(api, content, kind):
    answer = post(api, content, kind)

    assert answer.status_code == 202
    assert (answer.json()["kind"], answer.json()["rows"]) == ("file", 3)
    work()
    found = results(api, answer)
    assert [row["employee_id"] for row in found] == [7, 8, 9]
    for row, features in zip(
        found,
        [
            {"revenu_mensuel": 3000.5, "poste": "Consultant"},
            {"revenu_mensuel": 2500},
            {"revenu_mensuel": 4000},
        ],
        strict=True,
    ):
        alone = send(api, "POST", "/predict", {"features": features}).json()
        assert row["proba_depart"] == alone["proba_depart"]
        assert row["missing_features"] == alone["missing_features"]


def test_each_row_of_the_log_says_who_asked(api):
    key = ApiKey.objects.get()

    answer = send(api, "POST", "/batches", PEOPLE, CSV, X_Request_ID="payroll-9")
    work()

    rows = list(Prediction.objects.order_by("batch_row"))
    assert {str(row.batch_id) for row in rows} == {answer.json()["id"]}
    assert [row.batch_row for row in rows] == [0, 1, 2]
    assert {(row.source, row.request_id) for row in rows} == {("batch", "payroll-9")}
    assert {(r.key_prefix, r.key_owner) for r in rows} == {(key.prefix, key.owner)}


def test_nobody_to_score_is_a_batch_of_nobody(api):
    answer = post(api, {"all": True})
    work()

    assert answer.status_code == 202
    done = state(api, answer)
    assert (done["state"], done["rows"], done["rows_per_second"]) == ("done", 0, None)
    assert results(api, answer) == []
    assert table(api, answer) == []


# Retries


@pytest.mark.parametrize(
    ("body", "kind"),
    [({"all": True}, "application/json"), (PEOPLE, CSV), form(PEOPLE)],
    ids=["JSON", "a file", "a form"],
)
def test_a_retry_gets_the_same_batch(api, body, kind):
    first = send(api, "POST", "/batches", body, kind, **KEY)
    work()
    again = send(api, "POST", "/batches", body, kind, **KEY)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again["Location"] == first["Location"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert again.json()["state"] == "done"
    assert Batch.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(api):
    EmployeeFactory(employee_id=7)
    send(api, "POST", "/batches", {"employee_ids": [7]}, **KEY)

    for path, body, kind in (
        ("/batches", {"all": True}, "application/json"),
        ("/batches", PEOPLE, CSV),
        ("/batches?on_error=skip", {"employee_ids": [7]}, "application/json"),
        ("/predict/batch", {"employee_ids": [7]}, "application/json"),
        ("/predict_by_id/7", b"", "application/json"),
    ):
        answer = send(api, "POST", path, body, kind, **KEY)

        assert answer.status_code == 422
        assert problems(answer) == [(None, "idempotency_key_reused")]
    assert (Batch.objects.count(), Prediction.objects.count()) == (1, 0)


def test_several_at_once_under_one_key_are_one_batch(committing, monkeypatch):
    monkeypatch.setattr(starting._here, "put", lambda pk: None)
    _, secret = make_key()
    answers: list[tuple[int, str]] = []
    begin = threading.Barrier(4)

    def ask() -> None:
        api = APIClient(headers={"X-API-Key": secret})
        begin.wait(20)
        answer = send(api, "POST", "/batches", PEOPLE, CSV, **KEY)
        answers.append((answer.status_code, answer.get("Location", "")))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert answers[0][0] == 202
    assert (Batch.objects.count(), BatchChunk.objects.count()) == (1, 1)
