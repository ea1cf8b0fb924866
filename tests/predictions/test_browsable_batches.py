"""Batches in a browser, and with the session of somebody who has logged in."""

import html
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from predictions.batches import working
from predictions.models import Batch, Prediction
from tests.predictions.test_browsable import EXTERNAL, token

PEOPLE = b"employee_id;revenu_mensuel\n7;3000,5\n8;2500\n"
JSON = "application/json"


def send(client: Client, path: str, body: bytes, kind: str = JSON, **headers: str):
    headers = {"X-CSRFToken": token(client, "/health"), **headers}
    return client.generic("POST", path, body, kind, headers=headers)


def a_form(content: bytes, **fields: str) -> bytes:
    file = SimpleUploadedFile("people.csv", content, "text/csv")
    return encode_multipart(BOUNDARY, {"file": file, **fields})


def is_page(answer) -> bool:
    return (
        answer["Content-Type"].startswith("text/html")
        and len(answer.text) > 500
        and not EXTERNAL.search(answer.text.replace("http://testserver/", "/"))
    )


def example_on(page: str) -> bytes:
    form = page.split('name="_content"')[1]
    return html.unescape(re.search(r">(.*?)</textarea>", form, re.S)[1]).encode()


@pytest.fixture
def manager(browser, employee) -> Client:
    return browser("HR manager", name="carla")


@pytest.mark.parametrize(
    ("path", "status"), [("/predict/batch", 200), ("/batches", 202)]
)
def test_the_form_starts_with_a_request_that_scores(manager, path, status):
    page = manager.get(path)

    answer = send(manager, path, example_on(page.text))

    assert is_page(page)
    assert is_page(answer)
    assert answer.status_code == status
    assert Batch.objects.get().user_name == "carla"


def test_the_address_of_a_new_batch_is_a_page_and_so_is_the_list(manager):
    answer = send(manager, "/batches", b'{"all": true}')
    working.work_on(Batch.objects.get())

    one, listed = manager.get(answer["Location"]), manager.get("/batches")

    for page in (one, listed):
        assert is_page(page)
        assert "rows_per_second" in page.text
        assert str(Batch.objects.get().pk) in page.text
    results = manager.get(f"{answer['Location']}/results")
    [row] = [json.loads(line) for line in results.getvalue().splitlines()]
    assert row["employee_id"] == 669


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/batches", b"{}", "one_of_these"),
        ("/batches", b"{", "invalid_json"),
        ("/predict/batch", b'{"records": [{}]}', "missing"),
        ("/predict/batch?on_error=x", b"{}", "not_a_choice"),
    ],
)
def test_a_refusal_is_shown_on_the_page(manager, path, body, code):
    answer = send(manager, path, body)

    assert answer.status_code == 422
    assert is_page(answer)
    assert code in answer.text


def test_what_nobody_has_asked_for_is_shown_on_a_page(manager):
    for end, status in (("0", 422), ("3f8e8a52-1f06-4f0e-9d59-6d112f0c7a52", 404)):
        for more in ("", "/results"):
            answer = manager.get(f"/batches/{end}{more}")

            assert answer.status_code == status
            assert is_page(answer)
    assert is_page(manager.get("/batches?limit=0"))


@pytest.mark.parametrize("role", ["HR auditor", "ML engineer", "API administrator"])
def test_others_are_offered_nothing_and_start_nothing(browser, employee, role):
    client = browser(role)

    for path in ("/predict/batch", "/batches"):
        assert 'name="_content"' not in client.get(path).text
        assert send(client, path, b'{"all": true}').status_code == 403
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PEOPLE, "text/csv"),
        (b'{"features": {"revenu_mensuel": 3000}}\n', "application/x-ndjson"),
        (a_form(PEOPLE), MULTIPART_CONTENT),
        (a_form(PEOPLE, csrfmiddlewaretoken="x"), MULTIPART_CONTENT),
    ],
    ids=["csv", "ndjson", "a form", "a form with a token of its own"],
)
def test_a_session_sends_files_with_its_token_and_none_without(manager, body, kind):
    answer = send(manager, "/batches", body, kind, Accept=JSON)
    headers = {"Accept": JSON}
    without = manager.generic("POST", "/batches", body, kind, headers=headers)

    assert (answer.status_code, answer.json()["kind"]) == (202, "file")
    assert without.status_code == 403
    assert without.json()["errors"][0]["code"] == "csrf_failed"
    assert Batch.objects.count() == 1


def test_a_session_is_told_which_types_are_taken(manager):
    answer = send(manager, "/batches", PEOPLE, "text/plain", Accept=JSON)

    assert answer.status_code == 415
    assert "text/csv" in answer.json()["detail"]


def test_a_person_sees_the_batches_that_their_group_may(browser, manager):
    answer = send(manager, "/batches", b'{"all": true}')
    keeper = browser(None, name="dora")

    assert keeper.get(answer["Location"]).status_code == 200
    assert not Prediction.objects.exists()
