"""/batches: asked for now, worked on afterwards, read and cancelled."""

import csv
import io
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, DataError, OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions.batches import making, starting, working
from predictions.models import ApiKey, Batch, BatchChunk, Prediction, Refusal
from technova.celery import app
from tests.factories import EmployeeFactory, make_key, seed_features
from tests.predictions.refusals import assert_refused, problems, send

KEY = {"Idempotency_Key": "0c2a3e7f-1f06-4f0e-9d59-6d112f0c7a52"}
CSV, NDJSON = "text/csv", "application/x-ndjson"
PEOPLE = b"employee_id;revenu_mensuel;poste\n7;3000,5;Consultant\n8;2500;\n9;4000;\n"
BAD_LINE = b"employee_id,revenu_mensuel\n7,3000\n8,-1\n9,4000\n"


def people(count: int) -> list[int]:
    return [
        EmployeeFactory(
            employee_id=number,
            features=seed_features() | {"revenu_mensuel": 1000 + 7 * number},
        ).pk
        for number in range(1, count + 1)
    ]


def work() -> None:
    """What the thread, or Celery's workers, would do."""
    for batch in Batch.objects.open():
        while working.work_on(batch) is not None:
            pass


def post(api: APIClient, body: Any, kind: str = "application/json", query: str = ""):
    return send(api, "POST", f"/batches{query}", body, kind)


def form(content: bytes, name: str = "people.csv", **fields: Any) -> tuple[bytes, str]:
    """A form with one file, as a browser sends it."""
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    return encode_multipart(BOUNDARY, {"file": file, **fields}), MULTIPART_CONTENT


def state(api: APIClient, answer: HttpResponse) -> dict[str, Any]:
    found = api.get(answer["Location"])
    assert found.status_code == 200
    return found.json()


def results(api: APIClient, answer: HttpResponse, **headers: str) -> list[dict]:
    found = send(api, "GET", f"{answer['Location']}/results", **headers)
    assert found["Content-Type"] == NDJSON
    return [json.loads(line) for line in found.getvalue().splitlines()]


def table(api: APIClient, answer: HttpResponse, **headers: str) -> list[dict[str, str]]:
    found = send(api, "GET", f"{answer['Location']}/results?format=csv", **headers)
    assert found["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(found.getvalue().decode(), newline="")))


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 10)


# Asking


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


# What is refused


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], [("body", "not_an_object")]),
        ({}, [("body", "one_of_these")]),
        ({"changed_only": True}, [("body", "one_of_these")]),
        ({"all": True, "employee_ids": [1]}, [("body", "one_of_these")]),
        (
            {"employee_ids": [1], "changed_only": True},
            [("changed_only", "only_with")],
        ),
        ({"all": False}, [("all", "not_true")]),
        ({"all": "true"}, [("all", "not_true")]),
        ({"all": 1}, [("all", "not_true")]),
        ({"all": True, "changed_only": 1}, [("changed_only", "not_a_flag")]),
        ({"al": True}, [("al", "unknown_field_near")]),
        ({"records": []}, [("records", "unknown_field")]),
        ({"employee_ids": []}, [("employee_ids", "wrong_count")]),
        ({"employee_ids": list(range(1, 100_002))}, [("employee_ids", "wrong_count")]),
        ({"employee_ids": 7}, [("employee_ids", "not_a_list")]),
        ({"employee_ids": ["7"]}, [("employee_ids", "not_an_employee_id")]),
        ({"employee_ids": [7, 7]}, [("employee_id", "repeated_employee")]),
        ({"employee_ids": [7, 9]}, [("employee_id", "unknown_employee")]),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_asks_for_nobody_is_refused_by_name(api, body, expected):
    EmployeeFactory(employee_id=7)

    assert_refused(api, "POST", "/batches", body, expected=expected)
    assert not Batch.objects.exists()
    assert {row.route for row in Refusal.objects.all()} == {"batches"}


def test_an_unknown_employee_is_named_by_place_and_on_demand_in_the_results(api):
    EmployeeFactory(employee_id=7)
    body = {"employee_ids": [9, 7]}

    answer = assert_refused(api, "POST", "/batches", body)

    assert answer.json()["errors"][0]["index"] == 0
    skipped = post(api, body, query="?on_error=skip")
    work()
    assert [row.get("row") for row in results(api, skipped)] == [0, 1]
    [refused, scored] = results(api, skipped)
    assert refused["errors"][0]["code"] == "unknown_employee"
    assert scored["employee_id"] == 7


def test_a_bad_line_refuses_the_file_and_is_named(api):
    answer = assert_refused(
        api,
        "POST",
        "/batches",
        BAD_LINE,
        CSV,
        expected=[("revenu_mensuel", "out_of_range")],
    )

    [error] = answer.json()["errors"]
    assert error["line"] == 3
    assert error["message"].startswith("Line 3: ")
    assert not Batch.objects.exists()


def test_on_demand_a_bad_line_stands_in_the_results_with_its_number(api):
    answer = post(api, BAD_LINE, CSV, "?on_error=skip")
    work()

    done = state(api, answer)
    assert (done["scored"], done["refused"], done["left"]) == (2, 1, 0)
    found = results(api, answer, Accept_Language="fr")
    assert [(row["row"], row["employee_id"]) for row in found] == [
        (0, 7),
        (1, 8),
        (2, 9),
    ]
    refused = found[1]
    assert (refused["line"], refused["errors"][0]["code"]) == (3, "out_of_range")
    assert refused["errors"][0]["message"].startswith("Ligne 3\u00a0: ")
    in_english = results(api, answer, Accept_Language="en")[1]
    assert in_english["errors"][0]["message"].startswith("Line 3: ")


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"zzz\n1\n", CSV, [("zzz", "unknown_field")]),
        (b"poste\n", CSV, [("file", "nobody_in_file")]),
        (b"poste\nC\xe9lib\n", CSV, [("file", "not_a_utf8_line")]),
        (b'poste\n"', CSV, [("file", "not_csv_line")]),
        (b"{}\n", NDJSON, [("features", "missing")]),
        (PEOPLE, NDJSON, [(None, "not_a_json_line")] * 4),
        (*form(PEOPLE, "people.ndjson"), [(None, "not_a_json_line")] * 4),
        (*form(PEOPLE, "people.xlsx"), [("file", "unknown_file_kind")]),
        (*form(PEOPLE, "people"), [("file", "unknown_file_kind")]),
        (*form(PEOPLE, on_error="skip"), [("on_error", "unknown_field")]),
        (
            *form(PEOPLE, more=SimpleUploadedFile("more.csv", PEOPLE)),
            [("file", "one_file")],
        ),
        (
            encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": "x"}),
            MULTIPART_CONTENT,
            [("file", "one_file")],
        ),
        (b"--x", "multipart/form-data; boundary=", [(None, "bad_request")]),
        (b"--x", "multipart/form-data", [(None, "bad_request")]),
    ],
    ids=lambda value: repr(value)[:30],
)
@pytest.mark.parametrize("query", ["", "?on_error=skip"])
def test_a_file_that_is_none_is_refused_by_name(api, content, kind, expected, query):
    is_by_line = expected[0][1] in ("missing", "not_a_json_line")
    if query and is_by_line:
        assert post(api, content, kind, query).status_code == 202
        return

    assert_refused(api, "POST", f"/batches{query}", content, kind, expected=expected)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("query", ["", "?on_error=skip"])
def test_a_file_of_too_many_people_is_refused(api, monkeypatch, query):
    monkeypatch.setattr(making, "MOST_ROWS", 2)

    answer = assert_refused(
        api,
        "POST",
        f"/batches{query}",
        PEOPLE,
        CSV,
        expected=[("file", "too_many_rows")],
    )

    assert "2" in answer.json()["detail"]
    assert not Batch.objects.exists()


def test_a_body_that_was_cut_off_is_no_file(api):
    for content, kind in ((PEOPLE, CSV), form(PEOPLE)):
        cut = {
            "CONTENT_LENGTH": f"{len(content) + 1}",
            "wsgi.input": io.BytesIO(content),
        }

        answer = api.generic("POST", "/batches", content, kind, **cut)

        assert (answer.status_code, problems(answer)) == (422, [(None, "bad_request")])
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("kind", "length", "limit"),
    [
        ("application/json", 16 * 2**20 + 1, 16 * 2**20),
        (CSV, 100 * 2**20 + 1, 100 * 2**20),
        (NDJSON, 100 * 2**20 + 1, 100 * 2**20),
        ("multipart/form-data; boundary=x", 100 * 2**20 + 1, 100 * 2**20),
    ],
)
def test_a_body_that_is_too_large_is_refused_unread(api, kind, length, limit):
    answer = api.generic("POST", "/batches", b"x", kind, CONTENT_LENGTH=f"{length}")

    assert (answer.status_code, problems(answer)) == (413, [(None, "body_too_large")])
    assert str(limit) in answer.json()["detail"]


def test_a_large_file_passes_where_a_large_body_does_not(api):
    padding = (b" " * 1023 + b"\n") * 17 * 1024

    assert post(api, PEOPLE + padding, CSV).status_code == 202
    assert post(api, b'{"all": true}' + padding).status_code == 413


@pytest.mark.parametrize(
    ("kind", "query", "body", "status"),
    [
        ("text/plain", "?zzz=1", b"", 415),
        ("text/csv", "?zzz=1", b"", 422),
        ("text/csv", "?on_error=maybe", PEOPLE, 422),
        ("text/csv", "", b"", 422),
        ("application/vnd.ms-excel", "", PEOPLE, 415),
    ],
)
def test_what_is_told_first(api, kind, query, body, status):
    answer = assert_refused(api, "POST", f"/batches{query}", body, kind, status=status)

    if status == 415:
        assert "text/csv" in answer.json()["detail"]


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


# Reading


@pytest.mark.usefixtures("small_chunks")
def test_counts_and_results_grow_while_it_runs(api):
    people(25)
    answer = post(api, {"all": True})
    batch = Batch.objects.get()

    working.work_on(batch)

    found = state(api, answer)
    assert (found["state"], found["scored"], found["left"]) == ("running", 10, 15)
    assert found["finished_at"] is None
    assert len(results(api, answer)) == 10
    streamed = api.get(f"{answer['Location']}/results")
    assert isinstance(streamed, StreamingHttpResponse)
    assert streamed["Batch-State"] == "running"
    work()
    assert api.get(f"{answer['Location']}/results")["Batch-State"] == "done"
    assert [row["row"] for row in results(api, answer)] == list(range(25))


def test_results_as_csv_hold_what_the_others_do(api):
    answer = post(api, BAD_LINE, CSV, "?on_error=skip")
    work()

    rows = table(api, answer, Accept_Language="en")

    for row, other in zip(rows, results(api, answer), strict=True):
        assert row["row"] == str(other["row"])
        assert row["employee_id"] == str(other["employee_id"])
        if "errors" in other:
            assert (row["line"], row["proba_depart"]) == ("3", "")
            assert row["errors"].startswith("Line 3: revenu_mensuel")
        else:
            assert float(row["proba_depart"]) == other["proba_depart"]
            assert row["db_id"] == str(other["db_id"])
            assert row["missing_features"].split() == other["missing_features"]
            codes = [warning["code"] for warning in other["warnings"]]
            assert row["warnings"].split() == codes
            assert (row["line"], row["errors"]) == ("", "")


def test_a_field_that_somebody_named_as_a_formula_is_none_in_the_results(api):
    content = json.dumps({"features": {"=1+1": 1}}).encode()
    answer = post(api, content, NDJSON, "?on_error=skip")
    work()
    chunk = BatchChunk.objects.get()
    [problem] = chunk.refusals[0]["problems"]
    problem["message"] = {"fr": "=1+1", "en": "=1+1"}
    chunk.save()

    [row] = table(api, answer)

    assert row["errors"] == "'=1+1"


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "*/*", NDJSON),
        ("", "application/json", NDJSON),
        ("", "application/x-ndjson", NDJSON),
        ("", "text/csv", CSV),
        ("", "text/csv, application/json;q=0.5", CSV),
        ("", "text/html,application/xhtml+xml,*/*;q=0.8", NDJSON),
        ("?format=ndjson", "text/csv", NDJSON),
        ("?format=csv", "application/json", CSV),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(api, query, accept, kind):
    answer = post(api, PEOPLE, CSV)

    found = send(api, "GET", f"{answer['Location']}/results{query}", Accept=accept)

    assert found.status_code == 200
    assert found["Content-Type"].startswith(kind)


@pytest.mark.parametrize(
    ("query", "accept", "status", "code"),
    [
        ("", "application/xml", 406, "not_acceptable"),
        ("?format=xml", "*/*", 422, "not_a_choice"),
        ("?format=xml", "text/csv", 422, "not_a_choice"),
        ("?limit=3", "*/*", 422, "unknown_field"),
    ],
)
def test_another_format_is_refused(api, query, accept, status, code):
    answer = post(api, PEOPLE, CSV)

    found = send(api, "GET", f"{answer['Location']}/results{query}", Accept=accept)

    assert found.status_code == status
    assert problems(found)[0][1] == code


@pytest.mark.parametrize("end", ["", "/results"])
def test_head_answers_as_get_does_without_a_body(api, end):
    answer = post(api, PEOPLE, CSV)

    head = api.head(answer["Location"] + end)

    assert head.status_code == 200
    assert head.getvalue() == b""
    assert head["Content-Type"] == api.get(answer["Location"] + end)["Content-Type"]


@pytest.mark.parametrize("id", ["1", "x", "0" * 31, "é", "%00"])
def test_what_is_no_id_is_named(api, id):
    for end in ("", "/results"):
        assert_refused(
            api, "GET", f"/batches/{id}{end}", expected=[("id", "not_a_uuid")]
        )


@pytest.mark.usefixtures("small_chunks")
def test_a_batch_that_failed_says_so_without_the_servers_paths(api):
    people(12)
    answer = post(api, {"all": True})
    working.work_on(Batch.objects.get())
    Batch.objects.update(model_version="0.0.0")
    work()

    assert Batch.objects.get().problem
    for language, word in (("fr", "exploitant"), ("en", "operator")):
        found = send(api, "GET", answer["Location"], Accept_Language=language).json()
        assert (found["state"], found["scored"]) == ("failed", 10)
        assert word in found["problem"]
        assert "0.0.0" not in found["problem"]


# Cancelling


@pytest.mark.usefixtures("small_chunks")
def test_cancelling_keeps_what_is_logged_and_scores_no_more(api):
    people(25)
    answer = post(api, {"all": True})
    working.work_on(Batch.objects.get())

    cancelled = send(api, "POST", f"{answer['Location']}/cancel")
    again = send(api, "POST", f"{answer['Location']}/cancel")
    work()

    found = cancelled.json()
    assert (found["state"], found["scored"], found["left"]) == ("cancelled", 10, 15)
    assert found["finished_at"]
    assert (again.status_code, again.json()) == (200, found)
    assert state(api, answer) == found
    assert Prediction.objects.count() == 10
    assert len(results(api, answer)) == 10


def test_a_batch_that_has_ended_stays_as_it_is(api):
    answer = post(api, PEOPLE, CSV)
    work()
    done = state(api, answer)

    cancelled = send(api, "POST", f"{answer['Location']}/cancel")

    assert (cancelled.status_code, cancelled.json()) == (200, done)


# Whose it is


def test_another_callers_batch_is_not_there_except_to_readers_of_the_log(api_with):
    mine, other = api_with("predict"), api_with("predict")
    reader = api_with("predict", "history")
    answer = post(mine, PEOPLE, CSV)
    pk = answer.json()["id"]

    for method, end in (("GET", ""), ("GET", "/results"), ("POST", "/cancel")):
        found = send(other, method, f"/batches/{pk}{end}")
        assert found.status_code == 404
        assert problems(found) == [("id", "unknown_batch")]
    nobodys = send(other, "GET", f"/batches/{uuid.uuid4()}")
    assert problems(nobodys) == [("id", "unknown_batch")]
    assert Batch.objects.get().state == "queued"
    assert other.get("/batches").json() == []
    found = send(reader, "POST", f"/batches/{pk}/cancel")
    assert (found.status_code, problems(found)) == (403, [("id", "not_your_batch")])
    assert Batch.objects.get().state == "queued"
    for client in (mine, reader):
        assert client.get(f"/batches/{pk}").json()["id"] == pk
        assert [item["id"] for item in client.get("/batches").json()] == [pk]


def test_the_list_is_paged_by_key_newest_first(api, django_assert_num_queries):
    asked = [post(api, PEOPLE, CSV).json()["id"] for _ in range(7)]
    # Of the same moment: then by id.
    Batch.objects.update(created_at=Batch.objects.first().created_at)
    expected = [str(pk) for pk in sorted(map(uuid.UUID, asked), reverse=True)]

    found, address, pages = [], "/batches?limit=3", 0
    while address:
        answer = api.get(address)
        found += [item["id"] for item in answer.json()]
        pages += 1
        link = answer.get("Link", "")
        address = link.partition(">")[0].removeprefix("<")

    assert found == expected
    assert pages == 3


def test_a_page_costs_the_same_queries_for_one_batch_as_for_three(
    api, django_assert_max_num_queries
):
    counts = []
    for _ in range(2):
        post(api, PEOPLE, CSV)
        with django_assert_max_num_queries(9) as queries:
            api.get("/batches")
        counts.append(len(queries))
        post(api, PEOPLE, CSV)

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", ("limit", "not_in_range")),
        ("limit=501", ("limit", "not_in_range")),
        ("cursor=x", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z_7", ("cursor", "not_a_cursor")),
        ("state=done", ("state", "unknown_field")),
    ],
)
def test_an_odd_parameter_of_the_list_is_refused_and_no_scoring_call(
    api, query, expected
):
    assert_refused(api, "GET", f"/batches?{query}", expected=[expected])
    assert not Refusal.objects.exists()


# What fails


@pytest.mark.parametrize("where", ["save", "bulk_create"])
def test_a_database_that_fails_leaves_no_batch(api, monkeypatch, where):
    def fail(*args, **kwargs):
        raise DatabaseError("disk full: 3000")

    target = Batch if where == "save" else type(BatchChunk.objects.all())
    monkeypatch.setattr(target, where, fail)

    answer = send(api, "POST", "/batches", PEOPLE, CSV)

    assert answer.status_code == 503
    assert problems(answer) == [(None, "database_unavailable")]
    assert "3000" not in answer.text
    assert not Batch.objects.exists()
    assert not BatchChunk.objects.exists()


def test_no_long_transaction_is_open_while_a_file_is_read(committing, monkeypatch):
    monkeypatch.setattr(starting._here, "put", lambda pk: None)
    api = APIClient(headers={"X-API-Key": make_key()[1]})
    seen: list[bool] = []
    of_lines = making._of_lines

    def note(numbered):
        seen.append(connection.in_atomic_block)
        return of_lines(numbered)

    monkeypatch.setattr(making, "_of_lines", note)

    assert send(api, "POST", "/batches", PEOPLE, CSV).status_code == 202
    assert seen == [False]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{}/0", "amqp://127.0.0.1:{}//"])
@pytest.mark.parametrize("is_silent", [False, True], ids=["refuses", "is silent"])
def test_a_broker_that_is_down_is_told_and_leaves_no_batch(
    committing, settings, monkeypatch, silent_port, url, is_silent
):
    url = url.format(silent_port if is_silent else 1)
    settings.CELERY_BROKER_URL = url
    monkeypatch.setattr(app.conf, "broker_url", url)
    api = APIClient(headers={"X-API-Key": make_key()[1]})

    answer = send(api, "POST", "/batches", PEOPLE, CSV, **KEY)

    assert answer.status_code == 503
    assert problems(answer) == [(None, "broker_unavailable")]
    assert int(answer["Retry-After"]) > 0
    assert not Batch.objects.exists()
    assert not BatchChunk.objects.exists()
    assert Refusal.objects.get().code == "broker_unavailable"


# Without a broker


def test_without_a_broker_a_batch_is_done_by_itself(committing):
    api = APIClient(headers={"X-API-Key": make_key()[1]})
    people(30)

    first = post(api, {"all": True})
    second = post(api, PEOPLE, CSV)

    starting._here.wait()
    assert Batch.objects.filter(state="done").count() == 2
    assert [row["employee_id"] for row in results(api, first)] == list(range(1, 31))
    assert [row["employee_id"] for row in results(api, second)] == [7, 8, 9]
    assert Prediction.objects.count() == 33


def test_a_batch_that_breaks_stops_no_other(committing, monkeypatch, caplog):
    api = APIClient(headers={"X-API-Key": make_key()[1]})
    work_on = working.work_on
    broken: list[Any] = []

    def fail_once(batch):
        if not broken:
            broken.append(batch.pk)
            raise RuntimeError(f"{2999 + 1} is what somebody earns")
        return work_on(batch)

    monkeypatch.setattr(starting, "work_on", fail_once)

    post(api, PEOPLE, CSV)
    second = post(api, PEOPLE, CSV)

    starting._here.wait()
    assert state(api, second)["state"] == "done"
    assert Batch.objects.get(pk=broken[0]).is_open
    assert "RuntimeError" in caplog.text
    assert "3000" not in caplog.text


def test_a_database_that_is_away_for_a_while_loses_nobody(committing, monkeypatch):
    api = APIClient(headers={"X-API-Key": make_key()[1]})
    monkeypatch.setattr(starting, "DATABASE_AWAY", 0.01)
    score = working.score
    away = iter([True, True])

    def fail_twice(*args, **kwargs):
        if next(away, False):
            raise OperationalError("gone")
        return score(*args, **kwargs)

    monkeypatch.setattr(working, "score", fail_twice)

    answer = post(api, PEOPLE, CSV)

    starting._here.wait()
    assert state(api, answer)["state"] == "done"
    assert Prediction.objects.count() == 3


def test_what_the_database_will_never_take_ends_the_batch(api, monkeypatch):
    answer = post(api, PEOPLE, CSV)

    def fail(*args, **kwargs):
        raise DataError("out of range: 3000")

    monkeypatch.setattr(working, "score", fail)
    work()

    found = state(api, answer)
    assert (found["state"], found["scored"]) == ("failed", 0)
    assert Batch.objects.get().problem == "DataError"


def test_people_who_go_meanwhile_are_named(api):
    people(3)
    answer = post(api, {"all": True})
    Employee.objects.filter(pk=2).delete()
    work()

    found = results(api, answer)
    assert [row["employee_id"] for row in found] == [1, 2, 3]
    assert found[1]["errors"][0]["code"] == "unknown_employee"
