"""A database without its tables is said to need `migrate`, not to be away."""

import pytest
from django.db import OperationalError, connection

from predictions.database import schema
from predictions.models import ApiKey, Prediction
from tests.predictions.refusals import problems, send
from tests.predictions.tampering import execute


def rename(what: str) -> None:
    """Until the test ends."""
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE {what}")


def lose_table(model: type) -> None:
    rename(f"{model._meta.db_table} RENAME TO away")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_missing_table_is_said_to_whoever_sends_a_key(api, caplog, language):
    lose_table(ApiKey)

    answer = send(api, "GET", "/history", Accept_Language=language)

    assert answer.status_code == 503
    assert problems(answer) == [(None, "schema_outdated")]
    assert "manage.py migrate" in answer.json()["detail"]
    assert "manage.py migrate, the database lacks: " in caplog.text
    assert ApiKey._meta.db_table in caplog.text


def test_a_missing_column_is_said_where_the_answer_could_not_be_recorded(
    api, features, caplog
):
    rename("predictions RENAME COLUMN warnings TO of_yore")

    answer = send(api, "POST", "/predict", {"features": features})

    assert problems(answer) == [(None, "schema_outdated")]
    [line] = [line for line in caplog.messages if "lacks" in line]
    assert "warnings" in line
    assert str(features["revenu_mensuel"]) not in caplog.text


def test_a_page_says_what_the_operator_is_to_do(browser, caplog):
    client = browser("HR auditor")
    client.raise_request_exception = False
    lose_table(Prediction)

    answer = client.get(
        "/admin/predictions/prediction/",
        headers={"Accept-Language": "en", "X-Request-ID": "abc-123"},
    )

    page = answer.content.decode()
    assert answer.status_code == 503
    assert "manage.py migrate" in page
    assert "<code>abc-123</code>" in page
    assert "manage.py migrate, the database lacks: " in caplog.text


def test_words_that_somebody_sent_are_not_taken_for_sqlites():
    assert not schema.is_behind(OperationalError('invalid: "no such table: x"'))
