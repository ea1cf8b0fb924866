"""The API in a browser, for people who have logged in."""

import html
import json
import re

import pytest
from django.test import Client

from attrition.models import Employee
from predictions.models import Prediction
from tests.predictions.refusals import problems

PAGES = [
    *("/health", "/history", "/history/669", "/employees", "/employees/669"),
    "/batches",
]
EXTERNAL = re.compile(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//""", re.I)


def post(client: Client, path: str, body: dict, **headers: str):
    """What the page's script sends when its button is pressed."""
    return client.post(
        path, json.dumps(body), content_type="application/json", headers=headers
    )


def token(client: Client, path: str) -> str:
    """The CSRF token that a page brings along."""
    client.get(path)
    return client.cookies["csrftoken"].value


@pytest.mark.parametrize("path", PAGES)
def test_somebody_logged_in_reads_a_page(browser, employee, path):
    answer = browser(None).get(path)

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", PAGES)
def test_a_program_still_gets_json(browser, employee, path):
    answer = browser(None).get(path, headers={"Accept": "application/json"})

    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/history", "/predict", "/employees/669"])
def test_nobody_logged_in_reads_nothing(db, path):
    answer = Client(headers={"Accept": "text/html"}).get(path)

    assert answer.status_code == 401


def test_a_row_is_read_on_a_page_once_a_purpose_is_given(
    browser, make_prediction, reveal
):
    row = make_prediction()
    client = browser("HR auditor", "bob")
    refused = client.get(f"/predictions/{row.pk}?explain=true")

    reveal(row, "bob")
    answer = client.get(f"/predictions/{row.pk}?explain=true")

    assert refused.status_code == 403
    assert "contributions" not in refused.text
    assert answer.status_code == 200
    assert "contributions" in answer.text


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("HR auditor", "/history", 200),
        ("HR auditor", "/employees", 403),
        ("HR auditor", "/employees/669", 403),
        ("HR manager", "/history", 200),
        ("HR manager", "/employees", 200),
        ("HR manager", "/employees/669", 200),
        ("ML engineer", "/history", 403),
        ("ML engineer", "/employees", 403),
        ("API administrator", "/history", 403),
        ("API administrator", "/employees", 403),
        (None, "/history", 200),
        (None, "/employees", 200),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_person_reads_what_their_group_may(
    browser, employee, role, path, status, accept
):
    assert browser(role).get(path, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    ("role", "path", "is_offered"),
    [
        ("HR auditor", "/predict", False),
        ("HR auditor", "/predict_by_id/669", False),
        ("HR manager", "/predict", True),
        ("HR manager", "/predict/batch", True),
        ("HR manager", "/batches", True),
        ("HR manager", "/predict_by_id/669", True),
        ("HR manager", "/employees/669", True),
        ("HR manager", "/employees", True),
        ("ML engineer", "/predict", False),
        ("API administrator", "/predict", False),
        (None, "/predict", True),
    ],
)
def test_a_form_is_offered_only_to_whoever_may_use_it(
    browser, employee, role, path, is_offered
):
    page = browser(role).get(path).text

    assert ('name="_content"' in page) == is_offered
    if path == "/predict":
        assert ("E_669" in page) == is_offered
    assert 'data-method="DELETE"' not in page
    assert 'data-method="OPTIONS"' not in page


@pytest.mark.parametrize("role", ["HR auditor", "ML engineer", "API administrator"])
def test_whoever_is_not_offered_the_form_is_refused_without_it_too(
    browser, features, employee, role
):
    client = browser(role)
    csrf = token(client, "/health")
    headers = {"X-CSRFToken": csrf, "Accept": "application/json"}

    for path in ("/predict", "/predict_by_id/669"):
        answer = post(client, path, {"features": features}, **headers)

        assert answer.status_code == 403
        assert problems(answer) == [(None, "scope_missing")]
    assert not Prediction.objects.exists()


def test_the_form_starts_with_a_request_that_scores(browser):
    client = browser("HR manager")
    page = client.get("/predict")
    form = page.text.split('name="_content"')[1]
    text = re.search(r">(.*?)</textarea>", form, re.S)[1]
    example = json.loads(text.replace("&quot;", '"').replace("&#x27;", "'"))

    answer = post(
        client, "/predict", example, **{"X-CSRFToken": token(client, "/predict")}
    )

    assert answer.status_code == 200
    assert "proba_depart" in answer.text


def test_the_form_of_all_employees_starts_with_somebody_who_is_stored(browser):
    client = browser("HR manager")
    page = client.get("/employees").text
    text = re.search(r">(.*?)</textarea>", page.split('name="_content"')[1], re.S)[1]

    answer = client.put(
        "/employees",
        html.unescape(text),
        content_type="application/json",
        headers={"X-CSRFToken": token(client, "/employees")},
    )

    assert answer.status_code == 200
    assert Employee.objects.get().features["age"]


def test_a_persons_score_is_logged_under_their_name(browser, features):
    client = browser("HR manager", name="carla")

    post(
        client,
        "/predict",
        {"features": features},
        **{"X-CSRFToken": token(client, "/predict")},
    )

    row = Prediction.objects.get()
    assert (row.user_name, row.source) == ("carla", "api")
    assert (row.key_prefix, row.key_owner) == ("", "")


def test_a_person_changes_an_employee_with_their_session(browser, employee):
    client = browser("HR manager")
    csrf = token(client, "/employees/669")

    answer = client.patch(
        "/employees/669",
        json.dumps({"features": {"age": 44}}),
        content_type="application/json",
        headers={"X-CSRFToken": csrf, "Accept": "application/json"},
    )

    assert answer.status_code == 200
    assert Employee.objects.get().features["age"] == 44


@pytest.mark.parametrize("sent", [None, "", "x" * 64, "wrong"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_its_token_a_session_changes_nothing(browser, features, sent, language):
    client = browser("HR manager")
    headers = {"Accept": "application/json", "Accept-Language": language}
    if sent is not None:
        token(client, "/predict")
        headers["X-CSRFToken"] = sent

    answer = post(client, "/predict", {"features": features}, **headers)

    assert answer.status_code == 403
    assert problems(answer) == [(None, "csrf_failed")]
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("features=1", "application/x-www-form-urlencoded"),
        ("a=" + "x" * 3_000_000, "application/x-www-form-urlencoded"),
        ("&".join(["a=1"] * 1_001), "application/x-www-form-urlencoded"),
        ("--x", "multipart/form-data; boundary=x"),
        ("--x", "multipart/form-data; boundary="),
    ],
    ids=["a form", "a large form", "many fields", "a cut multipart", "no boundary"],
)
def test_a_form_of_another_site_gets_no_further_than_a_refusal(
    browser, body, content_type
):
    client = browser("HR manager")
    token(client, "/predict")

    answer = client.post(
        "/predict",
        body,
        content_type=content_type,
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 415
    assert problems(answer)
    assert not Prediction.objects.exists()


def test_a_key_needs_no_token(api, features):
    client = Client(enforce_csrf_checks=True)
    client.defaults |= api.defaults

    answer = post(client, "/predict", {"features": features})

    assert answer.status_code == 200


def test_a_refusal_is_shown_on_the_page(browser):
    answer = browser("HR manager").get("/history?limit=0")

    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/html")
    assert "not_in_range" in answer.text


@pytest.mark.parametrize("role", ["HR auditor", "HR manager", None])
@pytest.mark.parametrize(
    "path", [*PAGES, "/predict", "/predict_by_id/669", "/history?limit=0", "/docs"]
)
def test_no_page_leads_or_reaches_outside(browser, employee, role, path):
    page = browser(role).get(path).text

    assert len(page) > 500
    assert not EXTERNAL.search(page)


def test_the_script_of_the_documentation_reaches_nowhere(db):
    script = Client().get("/docs?script=").text

    assert "/openapi.json" in script
    assert not re.search("https?://", script)


@pytest.mark.parametrize(
    "query", ["lang=%22%2Balert(1)%2B%22", "version=%3C/script%3E%3Cscript%3Ealert(1)"]
)
def test_the_documentation_repeats_nothing_from_its_address(db, query):
    for address in (f"/docs?{query}", f"/docs?script=&{query}"):
        page = Client().get(address).text

        assert '"+alert(1)' not in page
        assert "<script>alert" not in page


def test_what_somebody_stored_is_text_on_the_page(browser, employee):
    employee.features["eval_number"] = "</pre><script>alert(1)</script>"
    employee.save()

    page = browser(None).get("/employees/669").text

    assert "<script>alert(1)" not in page
    assert "alert(1)" in page


def test_the_static_files_of_the_pages_are_served_from_here(browser, employee):
    client = browser(None)
    page = client.get("/history").text + client.get("/docs").text
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))

    assert len(files) > 5
    for file in files:
        answer = client.get(file, headers={"Accept": "*/*"})
        assert answer.status_code == 200
        assert answer.getvalue()
        answer.close()
