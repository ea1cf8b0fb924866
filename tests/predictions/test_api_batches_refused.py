"""/batches: what is refused, and by which name."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from predictions.batches import making
from predictions.models import Batch, Refusal
from tests.factories import EmployeeFactory
from tests.predictions.api_batches import (
    BAD_LINE,
    CSV,
    NDJSON,
    PEOPLE,
    form,
    post,
    results,
    state,
    work,
)
from tests.predictions.refusals import assert_refused, problems


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
