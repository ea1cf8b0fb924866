"""The text log: one line a request, and nothing in it that is anybody's."""

import logging
import re

import pytest
from django.contrib.sessions.middleware import SessionMiddleware

from tests.predictions.refusals import send

LINE = re.compile(
    r"(?P<method>\S+) (?P<route>.*) (?P<status>\d{3}) key=(?P<key>\S+) "
    r"(?P<time>\d+\.\d)ms id=(?P<id>\S+)"
)


SECRET_VALUE = "0.987654321"


@pytest.fixture
def line(caplog):
    """The parts of the last request's line."""
    caplog.set_level(logging.INFO)

    def parts() -> dict[str, str]:
        messages = [
            record.getMessage()
            for record in caplog.records
            if record.name == "technova.requests" and record.levelno == logging.INFO
        ]
        return LINE.fullmatch(messages[-1]).groupdict()

    return parts


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/health", "health", 200),
        ("POST", "/predict", "predict", 200),
        ("POST", "/predict/", "predict/", 200),
        ("POST", "/predict_by_id/669", "predict_by_id/<str:employee_id>", 200),
        ("GET", "/history", "history", 200),
        ("GET", "/history/669", "history/<str:employee_id>", 200),
        ("GET", "/predictions/669", "predictions/<str:id>", 404),
        ("PUT", "/employees/669", "employees/<str:employee_id>", 200),
        ("GET", "/employees/abc669", "employees/<str:employee_id>", 422),
        ("GET", "/nowhere/669", "(no route)", 404),
        ("DELETE", "/employees/669", "employees/<str:employee_id>", 405),
        ("BREW", "/employees/669", "employees/<str:employee_id>", 405),
    ],
)
def test_a_line_holds_the_template_and_never_the_path(
    api, employee, features, caplog, line, method, path, route, status
):
    send(api, method, path, {"features": features})

    found = line()
    assert found["method"] == (method if method != "BREW" else "?")
    assert found["route"] == route
    assert found["status"] == str(status)
    assert len(found["key"]) == (8 if status != 404 or "pred" in route else 1) or (
        route == "health"
    )
    assert "669" not in re.sub(r"id=\S+|\d+\.\d+ms", "", caplog.text)


def test_nothing_of_the_request_or_the_answer_is_in_the_log(api, features, caplog):
    caplog.set_level(logging.DEBUG)
    features["eval_number"] = "E_unmistakable"
    body = {"features": features, "employee_id": 424_242}

    scored = send(api, "POST", "/predict?explain=true", body)
    refused = send(api, "POST", "/predict", {"features": features | {"zzz": 1}})
    api.get("/history/424242?model_version=secret-version")

    assert (scored.status_code, refused.status_code) == (200, 422)
    for value in (
        "E_unmistakable",
        "424242",
        "424_242",
        "Célibataire",
        "Commercial",
        str(scored.json()["proba_depart"])[:8],
        "secret-version",
        "zzz",
    ):
        assert value not in no_sql(caplog)


def test_a_host_that_is_not_served_is_its_line_and_is_not_quoted(
    anonymous, caplog, line
):
    answer = anonymous.get("/health", headers={"Host": "unmistakable.example"})

    assert answer.status_code == 400
    assert line()["status"] == "400"
    assert "unmistakable" not in caplog.text


def no_sql(caplog) -> str:
    """The log without the database's own, which only DEBUG=true would write."""
    return "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name != "django.db.backends"
    )


def test_no_secret_is_in_the_log_whatever_becomes_of_it(api_with, anonymous, caplog):
    caplog.set_level(logging.DEBUG)
    client = api_with("history")
    secret = client._credentials.get("X-API-Key") or client.defaults["HTTP_X_API_KEY"]

    for path in ("/history", "/employees", "/nowhere", "/health"):
        client.get(path)
    anonymous.get("/history", headers={"X-API-Key": secret[:-1] + "!"})
    anonymous.get("/history", headers={"Authorization": f"Bearer {secret}"})

    assert secret[:8] in no_sql(caplog)
    assert secret[:9] not in no_sql(caplog)


def test_a_refused_key_leaves_its_prefix_only_when_it_is_known(api, anonymous, line):
    anonymous.get("/history", headers={"X-API-Key": "guessguessguess"})

    assert line()["key"] == "-"


@pytest.mark.parametrize(
    "sent",
    ["payroll-7", "a", "A.b_c-9", "0" * 64, "550e8400-e29b-41d4-a716-446655440000"],
)
def test_a_sound_request_id_is_echoed_logged_and_recorded(api, features, line, sent):
    answer = send(api, "POST", "/predict", {"features": features}, X_Request_ID=sent)

    assert answer["X-Request-ID"] == sent
    assert line()["id"] == sent
    assert api.get("/history").json()[0]["request_id"] == sent


@pytest.mark.parametrize(
    "sent",
    ["", " ", "a b", "a\nINFO forged", "a\r\nX: 1", "é", "%s", "x" * 65, "<script>"],
    ids=repr,
)
def test_an_unsound_request_id_is_replaced(api, features, line, sent):
    answer = send(api, "POST", "/predict", {"features": features}, X_Request_ID=sent)

    made = answer["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert line()["id"] == made
    assert api.get("/history").json()[0]["request_id"] == made


@pytest.mark.parametrize(
    "path", ["/health", "/nowhere", "/history", "/docs", "/admin/login/", "/static/x"]
)
def test_every_answer_has_a_request_id_of_its_own(anonymous, path):
    first = anonymous.get(path)["X-Request-ID"]
    second = anonymous.get(path)["X-Request-ID"]

    assert first != second


def test_an_exception_is_logged_by_kind_and_place_alone(api, monkeypatch, caplog, line):
    def fail(*args, **kwargs):
        raise RuntimeError(f"employee 669 earns {3446 + 1}")

    monkeypatch.setattr("predictions.api.health.Response", fail)
    api.raise_request_exception = False

    answer = api.get("/health")

    assert answer.status_code == 500
    assert line()["status"] == "500"
    assert "RuntimeError" in caplog.text
    assert answer["X-Request-ID"] in caplog.text
    assert "3447" not in caplog.text


def test_a_forged_form_leaves_no_path_in_the_log(browser, caplog):
    caplog.set_level(logging.INFO)

    browser(None).post("/admin/attrition/employee/669/change/", {"age": "30"})

    assert "/669/" not in caplog.text
    assert "admin/attrition/employee/<path:object_id>/change/ 403" in caplog.text


def test_what_breaks_outside_a_view_is_on_record_without_its_text(
    api, caplog, monkeypatch
):
    def broken(*args):
        raise RuntimeError(f"{SECRET_VALUE} is a probability")

    monkeypatch.setattr(SessionMiddleware, "process_response", broken)
    api.raise_request_exception = False

    answer = api.get("/health")

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["code"] == "server_error"
    assert "RuntimeError" in caplog.text
    assert "in broken" in caplog.text
    assert SECRET_VALUE not in caplog.text
