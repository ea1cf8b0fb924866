"""/metrics: to whoever has the token; what is counted, and by which few words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from predictions.models import LogCheck
from predictions.monitoring.readiness import readiness
from predictions.summaries import seals
from tests.predictions.refusals import problems, send
from tests.predictions.test_api_unavailable import database_down

TOKEN = "a-token-of-the-tests"
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def _with_token(settings):
    settings.METRICS_TOKEN = TOKEN
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def scrape(anonymous) -> Callable[[], Figures]:
    def ask() -> Figures:
        answer = anonymous.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return read(answer.content.decode())

    return ask


@pytest.fixture
def counted(scrape) -> Callable[..., float]:
    """By how much a series has grown since the test began."""
    before = scrape()

    def growth(name: str, **labels: str) -> float:
        key = (f"technova_{name}", frozenset(labels.items()))
        return scrape().get(key, 0) - before.get(key, 0)

    return growth


def value(figures: Figures, name: str, **labels: str) -> Any:
    return figures.get((f"technova_{name}", frozenset(labels.items())))


def test_without_a_token_in_the_settings_there_is_nothing_here(api, settings):
    settings.METRICS_TOKEN = ""

    for sent in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "}):
        answer = api.get("/metrics", headers=sent)
        assert (answer.status_code, problems(answer)) == (404, [(None, "not_found")])


@pytest.mark.parametrize(
    "sent", ["", TOKEN, f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN[:-1]}", "Bearer é"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_another_token_is_refused_and_an_api_key_is_none(api, sent, language):
    answer = send(api, "GET", "/metrics", Authorization=sent, Accept_Language=language)

    assert answer.status_code == 401
    assert problems(answer) == [(None, "metrics_token")]
    assert answer["WWW-Authenticate"] == "Bearer"


def test_it_is_only_read(anonymous):
    sent = {"Authorization": f"Bearer {TOKEN}"}

    answer = send(anonymous, "POST", "/metrics", **sent)

    assert answer.status_code == 405
    assert problems(answer) == [(None, "method_not_allowed")]
    assert answer["Allow"] == "GET, HEAD"


def test_a_scraper_of_either_format_is_served(anonymous):
    sent = {"Authorization": f"bearer {TOKEN}"}
    kind = "application/openmetrics-text; version=1.0.0"

    plain = anonymous.get("/metrics", headers=sent)
    open_ = anonymous.get("/metrics", headers=sent | {"Accept": kind})

    assert plain["Content-Type"].startswith("text/plain")
    assert open_["Content-Type"].startswith("application/openmetrics-text")
    assert plain["Cache-Control"] == "no-store"


def test_a_request_is_counted_by_template_with_its_time(api, employee, counted):
    api.get("/history/669")
    api.get("/history/669/")
    api.get("/history/670")

    where = {"method": "GET", "route": "/history/<str:employee_id>"}
    assert counted("requests_total", status="200", **where) == 3
    assert counted("request_duration_seconds_count", **where) == 3
    assert counted("request_duration_seconds_bucket", le="+Inf", **where) == 3


def test_paths_that_nobody_knows_are_one_series(api, scrape, counted):
    api.get("/nowhere/1")
    series = scrape().keys()

    for number in range(20):
        api.get(f"/nowhere/{number}")
        api.get(f"/admin/{number}")
        api.generic(f"BREW{number}", f"/nowhere/{number}")

    where = {"route": "(no route)", "status": "404"}
    assert counted("requests_total", method="GET", **where) == 21
    assert counted("requests_total", method="?", **where) == 20
    new = {name for name, _ in scrape().keys() - series}
    assert len(scrape().keys() - series) < 80, new


def test_no_label_holds_an_id_or_a_name(api, employee, features, scrape):
    send(api, "POST", "/predict", {"features": features, "employee_id": 424_242})
    api.get("/history/424242")
    api.get("/predictions/424242")
    api.get("/admin/attrition/employee/424242/change/")

    words = {value for _, labels in scrape() for _, value in labels}

    assert not any("424242" in word for word in words)
    assert not any("HR analytics" in word for word in words)


@pytest.mark.parametrize("explain", ["", "?explain=true"])
def test_an_answer_is_counted_by_class_release_and_source(
    api, features, counted, explain
):
    answer = send(api, "POST", f"/predict{explain}", {"features": features}).json()

    labels = {
        "prediction": str(answer["prediction"]),
        "model_version": answer["model_version"],
        "source": "api",
    }
    assert counted("predictions_total", **labels) == 1


def test_what_was_answered_before_or_refused_is_no_new_answer(api, features, scrape):
    sent = {"Idempotency_Key": "once"}
    send(api, "POST", "/predict", {"features": features}, **sent)
    before = answers(scrape())

    send(api, "POST", "/predict", {"features": features}, **sent)
    send(api, "POST", "/predict", {"features": {"age": 300}})

    assert answers(scrape()) == before


def answers(figures: Figures) -> float:
    name = "technova_predictions_total"
    return sum(value for (found, _), value in figures.items() if found == name)


def test_of_a_batch_everybody_is_counted_once_it_is_committed(
    api, features, scrape, django_capture_on_commit_callbacks
):
    before = answers(scrape())
    records = [{"features": features, "employee_id": number} for number in (1, 2, 3)]

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(api, "POST", "/predict/batch", {"records": records})
        assert answers(scrape()) == before

    assert answer.json()["scored"] == 3
    assert answers(scrape()) == before + 3


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/predict", {"features": {"age": 300}}, "out_of_range"),
        ("/predict", {"features": {}, "x": 1}, None),
        ("/nowhere", {}, "not_found"),
    ],
)
def test_a_refusal_is_counted_by_its_reason(api, counted, path, body, code):
    answer = send(api, "POST", path, body)
    code = code or answer.json()["errors"][0]["code"]

    assert counted("refusals_total", code=code) == 1


def test_an_answer_that_could_not_be_recorded_is_counted(
    api, features, counted, settings
):
    settings.MODEL_THRESHOLD = 1.5  # a constraint says from 0 to 1

    send(api, "POST", "/predict", {"features": features})

    assert counted("log_write_failures_total") == 1
    assert counted("refusals_total", code="log_unavailable") == 1


def test_a_key_is_counted_as_looked_up_once_and_then_as_remembered(api, counted):
    for _ in range(3):
        api.get("/history")

    assert counted("key_lookups_total", result="looked_up") == 1
    assert counted("key_lookups_total", result="remembered") == 2


def test_seals_and_what_waits_for_one_are_told(scrape, numbers):
    found = scrape()

    assert value(found, "unsealed_rows") == 1
    assert 0 < value(found, "last_seal_age_seconds") < 60
    assert 0 < value(found, "oldest_unsealed_age_seconds") < 60


def test_before_the_first_seal_there_is_no_age(scrape, make_prediction):
    assert value(scrape(), "last_seal_age_seconds") is None
    assert value(scrape(), "oldest_unsealed_age_seconds") == 0

    make_prediction()

    assert value(scrape(), "unsealed_rows") == 1


@pytest.mark.parametrize(("findings", "passed"), [(0, 1), (2, 0)])
def test_whether_the_log_was_verified_is_told(scrape, numbers, findings, passed):
    assert value(scrape(), "log_check_passed") is None
    LogCheck.objects.create(
        rows=10, seals=3, waiting=1, findings=findings, has_keys=True, has_anchor=True
    )
    seals.keep()

    found = scrape()

    assert value(found, "log_check_passed") == passed
    assert value(found, "seal_check_passed") == 1
    assert value(found, "seal_check_age_seconds") < 60


def test_answers_of_other_processes_are_told_from_the_log(scrape, make_prediction, run):
    row = make_prediction()
    run("summarise_log")

    found = scrape()

    version = {"model_version": row.model_version}
    assert value(found, "log_predictions", **version) == 1
    assert value(found, "log_predictions_above", **version) == row.prediction
    assert value(found, "log_counted_age_seconds") < 60


def test_what_serves_is_told(scrape, settings):
    settings.MODEL_THRESHOLD = 0.4
    settings.REVISION = "0a1b2c3"

    labels = {"model_version": "1.1.0", "threshold": "0.4"}
    labels |= {"version": "1.0.0", "revision": "0a1b2c3"}
    assert value(scrape(), "build_info", **labels) == 1


def test_without_a_database_the_rest_is_told(api, scrape, caplog):
    with database_down("no route to postgresql://ana:hunter2@db"):
        found = scrape()

    assert value(found, "ready", check="database") == 0
    assert value(found, "ready", check="release") == 1
    assert value(found, "unsealed_rows") is None
    assert any(name == "technova_requests_total" for name, _ in found)
    assert "hunter2" not in caplog.text


def test_without_a_release_that_is_told(scrape, broken_release):
    assert value(scrape(), "ready", check="release") == 0


def test_a_scrape_asks_as_much_for_many_rows_as_for_few(scrape, make_prediction, run):
    def asked() -> int:
        run("summarise_log")
        readiness.forget()  # else it depends on when that was asked last
        with CaptureQueriesContext(connection) as queries:
            scrape()
        return len(queries)

    make_prediction()
    of_few = asked()
    for _ in range(5):
        make_prediction()

    assert asked() == of_few
