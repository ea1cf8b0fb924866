"""What PostgreSQL does for each page of a log that is large: never read all of it."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from predictions.exports.reading import AT_ONCE
from tests import own_database
from tests.factories import make_key, make_user
from tests.log_pages import pages
from tests.log_rows import as_years_leave_it, fill
from tests.predictions.exported import ask
from tests.workforce import employ

ROWS = 50_000
DEPARTMENTS = """
UPDATE employees SET features = features || jsonb_build_object('departement',
  CASE WHEN employee_id <= 2 THEN 'Ressources Humaines' ELSE 'Consulting' END)
"""
PIECE = re.compile(rf'FROM "predictions".* LIMIT {AT_ONCE}$')
WHOLE = {
    "history",
    "history: `until=`",
    "admin",
    "admin: page 100",
    "admin: oldest first",
    "admin: date",
    "admin: department, common",
    "admin: department, rare",
}
"""Pages of the whole log, or of a time: only they go through it in its order."""


class Log:
    """`ROWS` rows in a database of their own, and somebody who may read them."""

    def __init__(self) -> None:
        fill(ROWS, people=ROWS // 50, change=as_years_leave_it(ROWS))
        with connection.cursor() as cursor:
            employ(cursor, 1, ROWS // 50)
            cursor.execute(DEPARTMENTS)
            cursor.execute("VACUUM ANALYZE")  # autovacuum would, within minutes
        _, secret = make_key()
        self._client = Client(headers={"X-API-Key": secret})
        self._client.force_login(make_user("ana", "HR auditor"))
        self.pages = pages()

    def statements(self, page: str) -> list[str]:
        """What a page asks the log for."""
        with CaptureQueriesContext(connection) as queries:
            answer = self._client.get(self.pages[page])
        assert answer.status_code == 200
        found = [query["sql"] for query in queries.captured_queries]
        return [sql for sql in found if 'FROM "predictions"' in sql]

    def export(self, query: str, pieces: int) -> list[str]:
        """What asks the log for the first pieces of a file."""
        with CaptureQueriesContext(connection) as queries:
            answer = ask(self._client, query)
            for _ in answer.streaming_content:
                found = [q["sql"] for q in queries if PIECE.search(q["sql"])]
                if len(found) >= pieces:
                    break
            answer.close()
        return found


@pytest.fixture(scope="module")
def log(template_database, django_db_blocker, tmp_path_factory) -> Iterator[Log]:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    folder = tmp_path_factory.mktemp("plans")
    with (
        django_db_blocker.unblock(),
        own_database.copied(connection.vendor, template_database, folder) as name,
        own_database.using(name),
    ):
        yield Log()


def plan(statement: str) -> str:
    # Only once it has run does a recursive one's plan say how it goes from row to row.
    how = "EXPLAIN ANALYZE" if "WITH RECURSIVE" in statement else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_no_page_reads_the_whole_log(log):
    plans = {
        f"{page}\n{statement}": plan(statement)
        for page in log.pages
        for statement in log.statements(page)
    }

    assert len(plans) > len(log.pages)
    scanned = [
        f"{of}\n{found}" for of, found in plans.items() if "Seq Scan on pred" in found
    ]
    assert not scanned, "\n\n".join(scanned)


def test_what_narrows_the_log_is_found_by_an_index_of_its_own(log):
    """The index of the whole log would find what is no longer in use at its far end."""
    plans = {
        f"{page}\n{statement}": plan(statement)
        for page in log.pages.keys() - WHOLE
        for statement in log.statements(page)
    }

    assert plans
    walked = [f"{s}\n{p}" for s, p in plans.items() if "prediction_newest_first" in p]
    assert not walked, "\n\n".join(walked)


def test_no_page_counts_further_than_it_lists(log):
    counts = [
        statement
        for page in log.pages
        for statement in log.statements(page)
        if re.search(r"\bCOUNT\(", statement)
    ]

    assert len(counts) == sum(page.startswith("admin") for page in log.pages)
    assert all("LIMIT 10001) subquery" in statement for statement in counts)


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("", 3),
        ("source__exact=batch", 3),
        ("source__exact=batch&prediction__exact=1", 3),
        ("model_version=0.9.0", 1),
        ("q=7", 1),
        ("department=Consulting", 3),
        ("department=Ressources+Humaines", 1),
        ("proba_depart__gte=0.5&proba_depart__lt=1", 3),
        ("proba_depart__gte=0.05&proba_depart__lt=0.5", 1),
        ("created_at__gte=2020-01-01", 3),
    ],
    ids=[
        "whole",
        "source",
        "source and class",
        "release, rare",
        "employee",
        "department, common",
        "department, rare",
        "probability, common",
        "probability, rare",
        "date",
    ],
)
def test_each_piece_of_an_export_is_found_by_an_index(log, query, pieces):
    statements = log.export(query, pieces)

    plans = [plan(sql) for sql in statements]
    assert len(plans) >= pieces
    assert not [found for found in plans if "Seq Scan on pred" in found]
    if pieces > 1:  # a few rows may be sorted
        assert not [found for found in plans if "Sort" in found], plans
