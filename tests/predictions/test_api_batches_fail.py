"""/batches: a database or a broker that fails, and work without a broker."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, DataError, OperationalError, connection
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions.batches import making, starting, working
from predictions.models import Batch, BatchChunk, Prediction, Refusal
from technova.celery import app
from tests.factories import make_key
from tests.predictions.api_batches import (
    CSV,
    KEY,
    PEOPLE,
    people,
    post,
    results,
    state,
    work,
)
from tests.predictions.refusals import problems, send


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
