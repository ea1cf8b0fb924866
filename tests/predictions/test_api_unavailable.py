"""No release, no log, no database: no answer, and nothing leaks."""

from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError, connection
from rest_framework.test import APIClient

from attrition import releases
from predictions.models import Prediction, Scope
from predictions.models.log import PredictionQuerySet
from tests import shipped
from tests.factories import make_key
from tests.predictions.refusals import assert_refused, problems, send

DAMAGES = {
    "a byte changed": lambda folder: flip(folder / releases.SCORECARD),
    "a byte changed in the pipeline": lambda folder: flip(folder / releases.PIPELINE),
    "a scorecard missing": lambda folder: (folder / releases.SCORECARD).unlink(),
    "a model card missing": lambda folder: (folder / releases.CARD).unlink(),
    "a model card cut short": lambda folder: (folder / releases.CARD).write_text("{"),
    "CURRENT missing": lambda folder: (folder.parent / "CURRENT").unlink(),
    "CURRENT names another": lambda folder: (folder.parent / "CURRENT").write_text("9"),
    "CURRENT leads elsewhere": lambda folder: (folder.parent / "CURRENT").write_text(
        "../../etc"
    ),
}


def flip(path) -> None:
    """Change the last bit of a file."""
    contents = path.read_bytes()
    path.write_bytes(contents[:-1] + bytes([contents[-1] ^ 1]))


def database_down(text: str = "server closed the connection unexpectedly"):
    """Every query fails, whoever makes it."""
    error = OperationalError(text)
    return patch("django.db.backends.utils.CursorWrapper.execute", side_effect=error)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_release_scores_nobody(
    api, employee, features, release_folder, damage
):
    damage(release_folder)

    for path in ("/predict", "/predict?explain=true", "/predict_by_id/669"):
        answer = assert_refused(
            api,
            "POST",
            path,
            {"features": features},
            status=503,
            expected=[(None, "model_unavailable")],
        )

        assert int(answer["Retry-After"]) > 0
        assert str(release_folder.parent).encode() not in answer.content


def test_the_operators_log_names_the_damaged_file(
    api, features, broken_release, caplog
):
    send(api, "POST", "/predict", {"features": features})

    assert releases.SCORECARD in caplog.text


def test_an_unknown_version_scores_nobody(api, features, settings, caplog):
    settings.MODEL_VERSION = "9.9.9"

    answer = send(api, "POST", "/predict", {"features": features})

    assert answer.status_code == 503
    assert "9.9.9" in caplog.text
    assert shipped.SERVES in caplog.text


def test_all_that_needs_no_model_goes_on_without_one(
    api, employee, features, broken_release
):
    assert api.get("/health").json() == {"status": "ok"}
    for path in ("/history", "/history/669", "/employees", "/employees/669"):
        assert api.get(path).status_code == 200
    for path in ("/docs", "/openapi.json"):
        assert api.get(path).status_code == 200
    put = send(api, "PUT", "/employees/670", {"features": features})
    assert put.status_code == 201


def test_a_row_is_read_but_not_explained_while_its_release_is_damaged(
    api, log_row, broken_release
):
    row = log_row()

    assert api.get(f"/predictions/{row.pk}").status_code == 200
    assert api.get(f"/predictions/{row.pk}?explain=true").status_code == 422


def test_a_repaired_release_serves_at_once(api, features, release_folder):
    scorecard = release_folder / releases.SCORECARD
    whole = scorecard.read_bytes()
    flip(scorecard)
    assert send(api, "POST", "/predict", {"features": features}).status_code == 503

    scorecard.write_bytes(whole)

    assert send(api, "POST", "/predict", {"features": features}).status_code == 200


@pytest.mark.parametrize("kind", [OperationalError, IntegrityError])
@pytest.mark.parametrize("path", ["/predict", "/predict?explain=true"])
def test_an_answer_that_cannot_be_logged_is_not_given(
    api, features, monkeypatch, caplog, kind, path
):
    def fail(queryset, rows, *args, **kwargs):
        raise kind(f"Failing row contains ({rows[0].proba_depart!r}, {rows[0].pk}).")

    known = send(api, "POST", "/predict", {"features": features}).json()
    rows = Prediction.objects.count()
    monkeypatch.setattr(PredictionQuerySet, "bulk_create", fail)

    answer = send(api, "POST", path, {"features": features})

    assert answer.status_code == 503
    assert problems(answer) == [(None, "log_unavailable")]
    assert int(answer["Retry-After"]) > 0
    assert Prediction.objects.count() == rows
    for place in (answer.content.decode(), repr(answer.headers), caplog.text):
        assert str(known["proba_depart"])[:6] not in place
        assert "Failing row" not in place


def test_a_row_that_the_database_refuses_is_not_answered(
    api, features, settings, caplog, seed_score
):
    settings.MODEL_THRESHOLD = 1.5  # a constraint says from 0 to 1

    answer = send(api, "POST", "/predict", {"features": features})

    assert answer.status_code == 503
    assert problems(answer) == [(None, "log_unavailable")]
    assert seed_score.encode() not in answer.content
    assert seed_score not in caplog.text
    assert not Prediction.objects.exists()


def test_a_log_that_is_not_there_is_not_answered_around(
    api, features, caplog, seed_score
):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE predictions RENAME TO elsewhere")

    answer = send(api, "POST", "/predict", {"features": features})

    assert answer.status_code == 503
    assert problems(answer) == [(None, "schema_outdated")]
    assert seed_score.encode() not in answer.content
    assert seed_score not in caplog.text


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_database_that_is_down_is_said_to_whoever_sends_a_key(
    api, features, caplog, accept, language
):
    with database_down("no route to postgresql://ana:secret@db"):
        for method, path in (
            ("POST", "/predict"),
            ("GET", "/history"),
            ("GET", "/predictions/1"),
            ("PUT", "/employees/1"),
        ):
            answer = send(
                api,
                method,
                path,
                {"features": features},
                Accept=accept,
                Accept_Language=language,
            )

            assert answer.status_code == 503
            assert problems(answer) == [(None, "database_unavailable")]
            assert int(answer["Retry-After"]) > 0
            assert b"secret" not in answer.content
    assert "secret@" not in caplog.text


def test_a_database_that_is_down_is_said_to_somebody_in_a_browser(browser, monkeypatch):
    client = browser("HR auditor")

    with database_down():
        answer = client.get("/history")

    assert answer.status_code == 503
    assert problems(answer) == [(None, "database_unavailable")]


def test_health_asks_no_database(anonymous, django_assert_num_queries):
    _, secret = make_key(Scope.HISTORY)

    with django_assert_num_queries(0):
        for path in ("/health", "/docs", "/openapi.json", "/nowhere"):
            anonymous.get(path)
            APIClient(headers={"X-API-Key": secret}).get(path)


def test_the_services_own_words_hold_no_probability(
    make_prediction, monkeypatch, seed_score
):
    def fail(queryset, rows, *args, **kwargs):
        raise OperationalError(f"({rows[0].proba_depart!r})")

    monkeypatch.setattr(PredictionQuerySet, "bulk_create", fail)

    with pytest.raises(Exception, match="could not be written") as caught:
        make_prediction()

    assert seed_score not in str(caught.value)
    assert caught.value.__cause__ is None
