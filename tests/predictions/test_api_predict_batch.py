"""POST /predict/batch: many people while the caller waits, all or none."""

import threading
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions.batches import at_once
from predictions.database.bulk_insert import ReadyRows
from predictions.models import (
    ApiKey,
    Batch,
    BatchChunk,
    IdempotencyKey,
    Prediction,
    Refusal,
)
from tests.factories import EmployeeFactory, make_key, seed_features
from tests.predictions.refusals import assert_refused, messages, problems, send

PATH = "/predict/batch"
SKIP = f"{PATH}?on_error=skip"
KEY = {"Idempotency_Key": "2f0c7a52-1f06-4f0e-9d59-0c2a3e7f6d11"}


def records(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Hardly two that score alike, in no order of their numbers."""
    return [
        {
            "features": seed_features()
            | {"age": 18 + i % 43, "revenu_mensuel": 1000 + 7 * i}
            | {"heure_supplementaires": ("Oui", "Non")[i % 2]}
            | changes,
            "employee_id": 10_000 - i,
        }
        for i in range(count)
    ]


def scores(answer) -> list[float]:
    return [row["proba_depart"] for row in answer.json()["results"]]


def errors(answer) -> list[tuple[int, list[str]]]:
    """Of those who were left out: the place, and the fields."""
    return [
        (item["index"], [error["field"] for error in item["errors"]])
        for item in answer.json()["errors"]
    ]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_records_are_answered_in_their_order_to_the_bit_as_one_by_one(api, count):
    asked = records(count)

    answer = send(api, "POST", PATH, {"records": asked})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["scored"], body["refused"], body["errors"]) == (count, 0, [])
    assert [row["index"] for row in body["results"]] == list(range(count))
    assert [row["employee_id"] for row in body["results"]] == [
        record["employee_id"] for record in asked
    ]
    single = [send(api, "POST", "/predict", record).json() for record in asked]
    for row, alone in zip(body["results"], single, strict=True):
        del row["index"], row["employee_id"]
        assert row.pop("db_id") < alone.pop("db_id")
        assert row == alone


def test_stored_employees_are_answered_in_the_order_asked_for(api):
    for pk, age in ((3, 60), (1, 20), (2, 40)):
        EmployeeFactory(employee_id=pk, features=seed_features() | {"age": age})

    answer = send(api, "POST", PATH, {"employee_ids": [2, 3, 1]})

    rows = answer.json()["results"]
    assert [row["employee_id"] for row in rows] == [2, 3, 1]
    single = [send(api, "POST", f"/predict_by_id/{pk}").json() for pk in (2, 3, 1)]
    assert scores(answer) == [alone["proba_depart"] for alone in single]


def test_each_row_of_the_log_says_where_it_belongs(api):
    key = ApiKey.objects.get()

    answer = send(api, "POST", PATH, {"records": records(3)}, X_Request_ID="payroll-7")

    body = answer.json()
    rows = list(Prediction.objects.order_by("batch_row"))
    assert [row.pk for row in rows] == [row["db_id"] for row in body["results"]]
    assert [row.batch_row for row in rows] == [0, 1, 2]
    assert {str(row.batch_id) for row in rows} == {body["batch_id"]}
    assert {(row.source, row.request_id) for row in rows} == {("batch", "payroll-7")}
    assert {(row.key_prefix, row.key_owner) for row in rows} == {
        (key.prefix, key.owner)
    }
    assert [row.input_payload for row in rows] == [r["features"] for r in records(3)]
    listed = send(api, "GET", f"/batches/{body['batch_id']}").json()
    assert (listed["state"], listed["kind"], listed["scored"]) == ("done", "records", 3)
    assert not BatchChunk.objects.exclude(people=None).exists()


def test_the_reasons_come_along_when_asked_for(api):
    asked = records(2)

    answer = send(api, "POST", f"{PATH}?explain=true", {"records": asked})

    for row, record in zip(answer.json()["results"], asked, strict=True):
        alone = send(api, "POST", "/predict?explain=true", record).json()
        assert row["explanation"] == alone["explanation"]


def test_5000_people_are_answered_and_5001_are_not(api):
    features = {"revenu_mensuel": 3000}
    many = [{"features": features} for _ in range(5_001)]

    assert_refused(
        api,
        "POST",
        PATH,
        {"records": many},
        expected=[("records", "wrong_count")],
    )
    answer = send(api, "POST", PATH, {"records": many[:5_000]})

    assert answer.status_code == 200
    assert [row["index"] for row in answer.json()["results"]] == list(range(5_000))
    assert len(set(scores(answer))) == 1
    assert Prediction.objects.count() == 5_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("body", "one_of_these")]),
        ([], [("body", "not_an_object")]),
        (None, [("body", "not_an_object")]),
        ({"records": []}, [("records", "wrong_count")]),
        ({"employee_ids": []}, [("employee_ids", "wrong_count")]),
        ({"employee_ids": list(range(1, 5002))}, [("employee_ids", "wrong_count")]),
        ({"records": {}}, [("records", "not_a_list")]),
        ({"records": None}, [("records", "not_a_list")]),
        ({"employee_ids": "1,2"}, [("employee_ids", "not_a_list")]),
        ({"records": [], "employee_ids": [1]}, [("body", "one_of_these")]),
        ({"record": [{}]}, [("record", "unknown_field_near")]),
        ({"all": True}, [("all", "unknown_field")]),
        ({"features": {"age": 30}}, [("features", "unknown_field")]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("path", [PATH, SKIP])
def test_a_body_that_is_no_batch_is_refused_by_name(api, path, body, expected):
    assert_refused(api, "POST", path, body, expected=expected)


BAD_RECORDS: dict[str, tuple[Any, str, str]] = {
    "a value": ({"features": {"age": 300}}, "age", "out_of_range"),
    "a category": ({"features": {"poste": "Astronaute"}}, "poste", "unknown_category"),
    "a typo": ({"features": {"agee": 3}}, "agee", "unknown_field_near"),
    "nothing to score": ({"features": {}}, "features", "nothing_to_score"),
    "no features": ({}, "features", "missing"),
    "features unwrapped": ({"age": 30}, "features", "not_wrapped"),
    "a list": ([], "body", "not_an_object"),
    "null": (None, "body", "not_an_object"),
    "another key": (
        {"features": {"age": 30}, "id": 3},
        "id",
        "unknown_field",
    ),
    "an id of 0": (
        {"features": {"age": 30}, "employee_id": 0},
        "employee_id",
        "not_an_employee_id",
    ),
    "an id in a text": (
        {"features": {"age": 30}, "employee_id": "7"},
        "employee_id",
        "not_an_employee_id",
    ),
    "true for an id": (
        {"features": {"age": 30}, "employee_id": True},
        "employee_id",
        "not_an_employee_id",
    ),
    "an employee twice": (records(1)[0], "employee_id", "repeated_employee"),
}


@pytest.mark.parametrize("what", BAD_RECORDS)
def test_one_bad_record_refuses_all_and_is_named(api, what):
    bad, field, code = BAD_RECORDS[what]
    asked = [*records(2), bad, *records(4)[2:]]

    answer = assert_refused(
        api, "POST", PATH, {"records": asked}, expected=[(field, code)]
    )

    [error] = answer.json()["errors"]
    assert error["index"] == 2
    assert error["message"].startswith("Record 2: ")
    assert not Batch.objects.exists()
    assert not BatchChunk.objects.exists()
    assert {row.code for row in Refusal.objects.all()} == {code}


@pytest.mark.parametrize("what", BAD_RECORDS)
def test_on_demand_the_others_are_scored_and_the_bad_one_is_named(api, what):
    bad, field, code = BAD_RECORDS[what]
    asked = [*records(2), bad, *records(4)[2:]]

    answer = send(api, "POST", SKIP, {"records": asked}, Accept_Language="fr")

    body = answer.json()
    assert (body["scored"], body["refused"]) == (4, 1)
    assert [row["index"] for row in body["results"]] == [0, 1, 3, 4]
    assert scores(answer) == scores(send(api, "POST", PATH, {"records": records(4)}))
    [item] = body["errors"]
    assert item["index"] == 2
    [error] = item["errors"]
    assert (error["field"], error["code"]) == (field, code)
    in_english = send(api, "POST", SKIP, {"records": asked}, Accept_Language="en")
    [english] = in_english.json()["errors"][0]["errors"]
    assert error["message"] != english["message"]


def test_whatever_is_wrong_is_told_at_once_by_place(api):
    asked = [
        {"features": {"age": 300, "poste": "Astronaute"}},
        *records(1),
        {"age": 30},
        {"features": {"niveau_education": 9}},
    ]

    answer = assert_refused(api, "POST", PATH, {"records": asked})

    found = [(e["index"], e["field"]) for e in answer.json()["errors"]]
    assert found == [(0, "age"), (0, "poste"), (2, "features"), (3, "niveau_education")]


def test_no_more_than_100_problems_are_listed(api):
    answer = assert_refused(api, "POST", PATH, {"records": [{}] * 500})

    assert len(answer.json()["errors"]) == 101
    assert problems(answer)[-1] == ("body", "too_many_problems")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (99, "unknown_employee"),
        (1, "repeated_employee"),
        (0, "not_an_employee_id"),
        (2**63, "not_an_employee_id"),
        (True, "not_an_employee_id"),
        (1.0, "not_an_employee_id"),
        ("2", "not_an_employee_id"),
        (None, "not_an_employee_id"),
        ([], "not_an_employee_id"),
    ],
)
def test_a_number_that_is_nobodys_is_named_by_its_place(api, bad, code):
    for pk in (1, 2):
        EmployeeFactory(employee_id=pk)
    body = {"employee_ids": [1, bad, 2]}

    answer = assert_refused(api, "POST", PATH, body)

    [error] = answer.json()["errors"]
    assert (error["index"], error["code"]) == (1, code)
    skipped = send(api, "POST", SKIP, body).json()
    assert [row["index"] for row in skipped["results"]] == [0, 2]
    assert [row["employee_id"] for row in skipped["results"]] == [1, 2]
    [item] = skipped["errors"]
    assert (item["index"], item["errors"][0]["code"]) == (1, code)


def test_a_stored_employee_who_cannot_be_scored_is_named(api):
    EmployeeFactory(employee_id=1)
    EmployeeFactory(employee_id=2, features={"poste": "Astronaute"})

    answer = assert_refused(
        api,
        "POST",
        PATH,
        {"employee_ids": [1, 2]},
        expected=[("poste", "unknown_category")],
    )

    assert answer.json()["errors"][0]["index"] == 1
    assert errors(send(api, "POST", SKIP, {"employee_ids": [2, 1]})) == [(0, ["poste"])]


def test_nobody_left_is_an_answer_of_nobody(api):
    answer = send(api, "POST", SKIP, {"records": [{}, []]})

    assert answer.status_code == 200
    body = answer.json()
    assert (body["results"], body["scored"], body["refused"]) == ([], 0, 2)
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("on_error=ignore", ("on_error", "not_a_choice")),
        ("on_error=", ("on_error", "not_a_choice")),
        ("explain=1", ("explain", "not_a_choice")),
        ("on_errors=skip", ("on_errors", "unknown_parameter_near")),
        ("on_error=skip&on_error=skip", ("on_error", "repeated_parameter")),
    ],
)
def test_an_odd_parameter_is_refused_by_name(api, query, expected):
    body = {"records": records(1)}

    assert_refused(api, "POST", f"{PATH}?{query}", body, expected=[expected])


def test_a_batch_may_be_16_mebibytes_and_a_single_request_one(api):
    padding = b" " * (2 * 1024 * 1024)
    single = b'{"features": {"revenu_mensuel": 3000}}'
    batch = b'{"records": [%b]}' % single

    assert send(api, "POST", PATH, batch + padding).status_code == 200
    assert send(api, "POST", PATH, batch + padding * 7).status_code == 200
    large = send(api, "POST", PATH, batch + padding * 8)
    assert (large.status_code, problems(large)) == (413, [(None, "body_too_large")])
    assert "16777216" in large.json()["detail"]
    assert send(api, "POST", "/predict", single + padding).status_code == 413
    assert Prediction.objects.count() == 2


def test_a_refusal_is_on_record_once(api):
    send(api, "POST", PATH, {"records": [{}, *records(3)]}, X_Request_ID="payroll-8")

    row = Refusal.objects.get()
    assert (row.route, row.status, row.code) == ("predict/batch", 422, "missing")
    assert row.request_id == "payroll-8"


@pytest.mark.parametrize("where", ["log", "chunk", "batch"])
def test_a_database_that_fails_leaves_nothing_half_written(api, monkeypatch, where):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full: 0.4856")

    target = {
        "log": (ReadyRows, "insert"),
        "chunk": (BatchChunk, "save"),
        "batch": (Batch, "save"),
    }[where]
    monkeypatch.setattr(*target, fail)

    answer = send(api, "POST", PATH, {"records": records(3)}, **KEY)

    assert answer.status_code == 503
    assert problems(answer) == [(None, "log_unavailable")]
    assert int(answer["Retry-After"]) > 0
    assert "0.4856" not in answer.text
    for model in (Prediction, Batch, BatchChunk):
        assert not model.objects.exists()
    monkeypatch.undo()
    assert send(api, "POST", PATH, {"records": records(3)}, **KEY).status_code == 200


def test_others_can_write_while_a_batch_is_computed(committing, monkeypatch):
    """On SQLite one transaction locks out all who write."""
    _, secret = make_key()
    score = at_once.working.score
    held = []

    def watched(*args, **kwargs):
        answers = score(*args, **kwargs)
        held.append(connection.in_atomic_block)
        return answers

    monkeypatch.setattr(at_once.working, "score", watched)

    api = APIClient(headers={"X-API-Key": secret})
    assert send(api, "POST", PATH, {"records": records(60)}).status_code == 200
    assert held == [False]


def test_a_database_that_goes_after_the_commit_takes_no_answer_away(
    committing, monkeypatch
):
    _, secret = make_key()
    api = APIClient(headers={"X-API-Key": secret})

    def away(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(at_once.reading, "refusals", away)

    answer = send(api, "POST", SKIP, {"records": [*records(2), {}]})

    assert answer.status_code == 200
    assert errors(answer) == [(2, ["features"])]
    assert Prediction.objects.count() == 2


@pytest.mark.usefixtures("broken_release")
def test_without_a_release_nobody_is_scored(api):
    answer = assert_refused(
        api, "POST", PATH, {"records": records(2)}, status=503, expected=None
    )

    assert problems(answer) == [(None, "model_unavailable")]
    assert not Batch.objects.exists()


# Idempotency-Key


def test_a_retry_gets_the_first_answer_again(api):
    asked = {"records": [*records(3), {"features": {"age": 300}}]}

    first = send(api, "POST", SKIP, asked, **KEY)
    again = send(api, "POST", SKIP, asked, **KEY)

    assert first.status_code == 200
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Prediction.objects.count() == 3


def test_a_retry_gets_the_reasons_again(api):
    path, asked = f"{PATH}?explain=true", {"records": records(2)}

    first = send(api, "POST", path, asked, **KEY)

    assert send(api, "POST", path, asked, **KEY).json() == first.json()


def test_a_retry_about_employees_who_have_changed_or_gone_is_the_first_answer(api):
    for pk in (1, 2):
        EmployeeFactory(employee_id=pk)
    asked = {"employee_ids": [1, 2]}
    first = send(api, "POST", PATH, asked, **KEY)

    Employee.objects.filter(pk=1).update(features={"age": 60})
    Employee.objects.filter(pk=2).delete()

    assert send(api, "POST", PATH, asked, **KEY).json() == first.json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (PATH, {"records": records(2)}),
        (PATH, {"records": [*records(3)[:2], *records(3, age=44)[2:]]}),
        (PATH, {"employee_ids": [1]}),
        (f"{PATH}?explain=true", {"records": records(3)}),
        (SKIP, {"records": records(3)}),
        ("/batches", {"all": True}),
        ("/predict", records(1)[0]),
        ("/predict_by_id/1", None),
    ],
    ids=["one less", "one changed", "ids", "explain", "skip", "jobs", "one", "by id"],
)
def test_another_request_under_the_same_key_is_refused(api, path, body):
    EmployeeFactory(employee_id=1)
    assert send(api, "POST", PATH, {"records": records(3)}, **KEY).status_code == 200

    answer = send(api, "POST", path, body, **KEY)

    assert answer.status_code == 422
    assert problems(answer) == [(None, "idempotency_key_reused")]
    assert (Prediction.objects.count(), Batch.objects.count()) == (3, 1)


def test_a_key_that_has_answered_one_is_no_key_of_a_batch(api):
    assert send(api, "POST", "/predict", records(1)[0], **KEY).status_code == 200

    answer = send(api, "POST", PATH, {"records": records(1)}, **KEY)

    assert problems(answer) == [(None, "idempotency_key_reused")]
    assert (Prediction.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_refusal_takes_no_key(api):
    assert send(api, "POST", PATH, {"records": [{}]}, **KEY).status_code == 422

    assert send(api, "POST", PATH, {"records": records(1)}, **KEY).status_code == 200


def test_two_callers_may_use_the_same_key(api):
    other = APIClient(headers={"X-API-Key": make_key()[1]})
    asked = {"records": records(1)}

    first = send(api, "POST", PATH, asked, **KEY).json()
    second = send(other, "POST", PATH, asked, **KEY).json()

    assert first["batch_id"] != second["batch_id"]


def test_several_at_once_under_one_key_are_one_batch(committing):
    _, secret = make_key()
    answers: list[tuple[int, str]] = []
    begin = threading.Barrier(4)

    def ask() -> None:
        api = APIClient(headers={"X-API-Key": secret})
        begin.wait(20)
        answer = send(api, "POST", PATH, {"records": records(60)}, **KEY)
        answers.append((answer.status_code, answer.text))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(answers) == 4
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert (Prediction.objects.count(), Batch.objects.count()) == (60, 1)


def test_everything_is_said_in_french(api):
    answer = send(api, "POST", PATH, {"records": [{}, []]}, Accept_Language="fr")

    detail, *each = messages(answer)
    assert detail.startswith("2 erreurs")
    assert each == [
        "Enregistrement 0\u00a0: features est absent.",
        "Enregistrement 1\u00a0: body doit être un objet JSON.",
    ]
