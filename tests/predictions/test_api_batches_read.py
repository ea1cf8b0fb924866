"""/batches: read while it runs and afterwards, and cancelled."""

import json

import pytest
from django.http import StreamingHttpResponse

from predictions.batches import making, working
from predictions.models import Batch, BatchChunk, Prediction
from tests.predictions.api_batches import (
    BAD_LINE,
    CSV,
    NDJSON,
    PEOPLE,
    people,
    post,
    results,
    state,
    table,
    work,
)
from tests.predictions.refusals import assert_refused, problems, send


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 10)


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
        ("?limit=3", "*/*", 422, "unknown_parameter"),
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
