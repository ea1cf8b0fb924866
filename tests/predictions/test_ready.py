"""/ready: what keeps the service from answering is named, and nothing leaks."""

import os
import socket

import pytest
from django.db import DatabaseError, connection
from rest_framework.test import APIClient

from predictions.database.bounded import bounded
from predictions.models import Prediction
from predictions.monitoring.readiness import CHECKS, readiness
from tests.predictions.refusals import problems, send
from tests.predictions.test_api_unavailable import database_down
from tests.predictions.test_runtime_role import as_role, role  # noqa: F401
from tests.test_settings import manage

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has roles and timeouts"
)


@pytest.fixture(autouse=True)
def _asked_anew():
    readiness.forget()
    yield
    readiness.forget()


def forget_a_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'predictions'")


def drop_a_trigger() -> None:
    on = " ON predictions" if connection.vendor == "postgresql" else ""
    name = "predictions_no_" + ("change" if on else "update")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")


def test_when_all_is_well_each_check_says_so_and_needs_no_key(anonymous):
    answer = anonymous.get("/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": dict.fromkeys(CHECKS, "ok")}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("damage", "field", "code"),
    [
        (forget_a_migration, "migrations", "migrations_missing"),
        (drop_a_trigger, "triggers", "triggers_missing"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_missing_is_named(anonymous, damage, field, code, language):
    damage()

    answer = send(anonymous, "GET", "/ready", Accept_Language=language)

    assert answer.status_code == 503
    assert problems(answer) == [(field, code)]
    assert "migrate" in answer.json()["detail"]
    assert int(answer["Retry-After"]) > 0


def test_a_release_that_is_damaged_is_named_without_its_folder(
    anonymous, broken_release, settings
):
    answer = anonymous.get("/ready")

    assert answer.status_code == 503
    assert problems(answer) == [("release", "model_unavailable")]
    assert str(settings.MODEL_DIR).encode() not in answer.content


def test_several_things_are_named_at_once(anonymous, broken_release):
    forget_a_migration()
    drop_a_trigger()

    answer = anonymous.get("/ready")

    named = [field for field, _ in problems(answer)]
    assert named == ["migrations", "triggers", "release"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_database_that_is_down_is_named_and_not_quoted(anonymous, caplog, language):
    with database_down("no route to postgresql://ana:hunter2@db.example.org"):
        answer = send(anonymous, "GET", "/ready", Accept_Language=language)

    assert answer.status_code == 503
    assert problems(answer) == [("database", "database_unavailable")]
    for text in (answer.content.decode(), caplog.text):
        assert "hunter2" not in text
        assert "example" not in text


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file is SQLite's")
@pytest.mark.parametrize("which", ["the file", "its folder"])
def test_a_file_that_may_not_be_written_is_named(committing, monkeypatch, which):
    real = os.access
    file = connection.settings_dict["NAME"]
    refused = str(file) if which == "the file" else os.path.dirname(file)  # noqa: PTH120

    monkeypatch.setattr(
        os, "access", lambda path, mode: str(path) != refused and real(path, mode)
    )

    answer = APIClient().get("/ready")
    assert problems(answer) == [("log", "log_not_writable")]


@only_postgresql
@pytest.mark.parametrize(
    "taken",
    [
        "INSERT ON predictions",
        "INSERT ON prediction_refusals",
        "USAGE ON SEQUENCE predictions_id_seq",
    ],
)
def test_a_role_that_may_not_add_to_the_log_is_named(role, as_role, taken):  # noqa: F811
    assert APIClient().get("/ready").status_code == 200
    other = connection.copy()
    other.settings_dict = {**other.settings_dict, "USER": "postgres"}
    with other.cursor() as cursor:
        cursor.execute(f"REVOKE {taken} FROM {role}")
    other.close()
    readiness.forget()

    answer = APIClient().get("/ready")

    assert answer.status_code == 503
    assert problems(answer) == [("log", "log_not_writable")]


@only_postgresql
def test_a_server_that_only_reads_is_named(committing):
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    assert problems(APIClient().get("/ready")) == [("log", "log_not_writable")]


@only_postgresql
def test_a_statement_that_hangs_is_ended(committing):
    with pytest.raises(DatabaseError), bounded(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")

    assert not Prediction.objects.exists()  # and the connection serves on


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up():
    script = (
        "import time; from predictions.monitoring.readiness import readiness; "
        "began = time.monotonic(); "
        "print(*[problem.field for problem in readiness.problems()]); "
        "print(time.monotonic() - began)"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]

        done = manage(
            *("shell", "--verbosity", "0", "-c", script),
            DATABASE_URL=f"postgresql://u:hunter2@127.0.0.1:{port}/rh?connect_timeout=2",
        )

    field, seconds = done.stdout.split()
    assert field == "database"
    assert 1 < float(seconds) < 10
    assert "hunter2" not in done.stderr


def test_who_asks_again_within_a_second_asks_no_database(
    anonymous, django_assert_num_queries
):
    anonymous.get("/ready")

    with django_assert_num_queries(0):
        assert anonymous.get("/ready").status_code == 200


def test_the_catalogue_is_read_now_and_then_only(
    anonymous, django_assert_max_num_queries
):
    anonymous.get("/ready")
    readiness._until = 0

    with django_assert_max_num_queries(6):
        assert anonymous.get("/ready").status_code == 200


def test_what_was_repaired_counts_at_once(anonymous):
    drop_a_trigger()
    assert anonymous.get("/ready").status_code == 503
    from predictions.database import triggers

    triggers.install(connection)
    readiness._until = 0

    assert anonymous.get("/ready").status_code == 200
