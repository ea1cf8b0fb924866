"""How the old database is named and read: one view of it, whatever its settings."""

from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection, connections
from django.utils.translation import override

from predictions.database import numbers
from predictions.models import Prediction
from predictions.poc import source
from tests import seed_database
from tests.seed_database import answer

TAKE = "SELECT nextval(pg_get_serial_sequence('predictions', 'id'))"
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no sequences and no DateStyle"
)


def test_a_variable_may_hold_its_url(old, run, monkeypatch):
    old.fill(*seed_database.the_usual())
    monkeypatch.setenv("OLD_DATABASE_URL", old.url)

    with override("en"):
        out, _ = run("import_poc", "--from", "OLD_DATABASE_URL")

    assert "Predictions: 4 copied" in out


def test_what_is_written_during_the_copy_is_not_seen(old):
    if connection.vendor == "sqlite":
        old.run("PRAGMA journal_mode=WAL")  # in which readers keep nobody from writing
    old.fill([], [answer(1)])

    with source.opened(old.url) as found:
        before = found.counts()
        old.fill([], [answer(2)])

        assert found.counts() == before == (0, 1)
        assert [[row.id for row in rows] for rows in found.answers()] == [[1]]


@needs_postgresql
@pytest.mark.parametrize("style", ["German", "SQL, DMY", "Postgres"])
def test_the_servers_way_to_write_times_changes_nothing(old, copy, style):
    old.fill([], [answer(1)])
    name = urlsplit(old.url).path[1:]
    old.run(f"ALTER DATABASE {name} SET datestyle = {style}")

    copy()

    [row] = Prediction.objects.all()
    assert row.created_at.isoformat() == "2026-02-03T10:11:12.345678+00:00"


@needs_postgresql
def test_numbers_that_are_taken_meanwhile_are_not_given_again(committing):
    other = connections.create_connection("default")
    taken = []

    def somebody_writes(execute, statement, *rest):
        """As an INSERT does: its lock first, then a number."""
        if "setval" in statement:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '0.2s'")
                try:
                    cursor.execute(
                        "BEGIN; LOCK TABLE predictions IN ROW EXCLUSIVE MODE"
                    )
                    for _ in range(9):
                        cursor.execute(TAKE)
                        taken.extend(cursor.fetchone())
                except OperationalError:
                    taken.append(0)  # it waits, and takes its number later
                cursor.execute("COMMIT")
        return execute(statement, *rest)

    try:
        with connection.execute_wrapper(somebody_writes):
            numbers.pass_over(5)
    finally:
        other.close()

    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        assert cursor.fetchone()[0] > max(5, *taken)
