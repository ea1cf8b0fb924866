"""Connections are kept between requests, and one to what is gone is replaced."""

from pathlib import Path

import pytest
from django.core.signals import request_started
from django.db import connection, transaction
from rest_framework.test import APIClient

from attrition import releases
from predictions.database.insert import insert
from predictions.models import Prediction, Source
from predictions.services import Caller, LogUnavailable, Record, predict, rows_for
from tests.factories import make_key, seed_features
from tests.predictions.refusals import problems, send

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no server that could end"
)
only_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL's files are its own"
)


def ended() -> None:
    """As a restart of the server ends it: from the other side, without a word here."""
    other = connection.copy()
    pid = connection.connection.info.backend_pid
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@only_postgresql
def test_after_a_restart_the_next_request_is_answered(committing):
    _, secret = make_key()
    client = APIClient(headers={"X-API-Key": secret})
    body = {"features": seed_features()}
    assert send(client, "POST", "/predict", body).status_code == 200

    ended()

    # The test client sends no signal that would close connections of tests.
    request_started.send(sender=None)
    assert send(client, "POST", "/predict", body).status_code == 200
    assert Prediction.objects.count() == 2


@only_sqlite
def test_no_answer_is_lost_in_a_file_that_was_replaced(committing):
    _, secret = make_key()
    client = APIClient(headers={"X-API-Key": secret})
    body = {"features": seed_features()}
    assert send(client, "POST", "/predict", body).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [f"{committing}.copy"])

    for beside in ("-wal", "-shm"):
        Path(f"{committing}{beside}").unlink()
    Path(f"{committing}.copy").replace(committing)

    request_started.send(sender=None)
    assert send(client, "POST", "/predict", body).status_code == 200
    connection.close()
    assert Prediction.objects.count() == 2


@only_sqlite
def test_a_file_that_was_removed_is_no_longer_answered_from(committing):
    _, secret = make_key()
    client = APIClient(headers={"X-API-Key": secret})
    Path(committing).unlink()

    request_started.send(sender=None)

    answer = send(client, "POST", "/predict", {"features": seed_features()})
    assert problems(answer) == [(None, "schema_outdated")]


def test_a_connection_that_lives_is_kept(committing):
    Prediction.objects.count()
    kept = connection.connection

    request_started.send(sender=None)

    assert connection.connection is kept


@only_postgresql
def test_a_transaction_is_not_ended_by_a_request_that_starts(committing):
    with transaction.atomic():
        kept = connection.connection

        request_started.send(sender=None)

        assert connection.connection is kept


def test_one_answer_is_one_statement(committing, django_assert_num_queries):
    """And no BEGIN and COMMIT: a statement is a transaction of its own."""
    with django_assert_num_queries(1):
        [row] = predict(
            [Record(seed_features(), 669)], caller=Caller(source=Source.API)
        )

    assert Prediction.objects.get() == row


def test_a_row_is_inserted_as_django_would(committing):
    records = [Record(seed_features() | {"age": None, "revenu_mensuel": 1e5}, 669)] * 2
    caller = Caller(Source.COMMAND, "abcdefgh", "Paie", "ana", "r-1")
    ours, djangos = rows_for(releases.current(), records, caller)
    djangos.payload_salt, djangos.payload_digest = (
        ours.payload_salt,
        ours.payload_digest,
    )

    insert(ours)
    djangos.save()

    [one, other] = Prediction.objects.order_by("pk").values()
    assert (one.pop("id"), other.pop("id")) == (ours.pk, djangos.pk)
    assert one == other
    assert not ours._state.adding


def test_a_single_row_that_the_database_refuses_is_not_answered(committing, settings):
    settings.MODEL_THRESHOLD = 1.5  # a constraint says from 0 to 1

    with pytest.raises(LogUnavailable):
        predict([Record(seed_features())], caller=Caller(Source.API))

    assert not Prediction.objects.exists()


def test_a_single_row_is_not_promised_inside_somebodys_transaction(committing):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        predict([Record(seed_features())], caller=Caller(Source.API))

    assert not Prediction.objects.exists()
