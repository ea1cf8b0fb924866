"""What PostgreSQL does for each page of an access log that is large."""

import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import access_rows, own_database
from tests.factories import make_user
from tests.predictions.test_query_plans import plan

ROWS = 50_000
LIST = "/admin/predictions/access/"
PAGES = {
    "all": "",
    "who looked at an employee": "?employee=669",
    "who looked at a prediction": "?prediction=669",
    "what a user saw": "?user_name=user7",
    "what a user saw who is gone": "?user_name=gone",
    "what a key read": "?key_owner=payroll",
    "reveals": "?action__exact=reveal",
    "exports": "?action__exact=export",
    "a purpose": "?purpose__exact=contest",
    "an employee and a user": "?employee=669&user_name=user7",
    "search: employee": "?q=669",
    "search: user": "?q=user7",
    "search: nobody": "?q=nobody",
}


class AccessLog:
    def __init__(self, rows: int) -> None:
        access_rows.fill(rows)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        self._client = Client()
        self._client.force_login(make_user("ana", "HR auditor"))

    def statements(self, query: str) -> list[str]:
        """What a page asks for, sorted by what it costs."""
        with CaptureQueriesContext(connection) as queries:
            assert self._client.get(f"{LIST}{query}").status_code == 200
        found = [query["sql"] for query in queries.captured_queries]
        return [sql for sql in found if "access" in sql and "INSERT" not in sql]

    def seconds(self, query: str) -> float:
        started = time.perf_counter()
        assert self._client.get(f"{LIST}{query}").status_code == 200
        return time.perf_counter() - started


def access_log(rows, template_database, blocker, folder) -> Iterator[AccessLog]:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    with (
        blocker.unblock(),
        own_database.copied(connection.vendor, template_database, folder) as name,
        own_database.using(name),
    ):
        yield AccessLog(rows)


@pytest.fixture(scope="module")
def log(template_database, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("accesses")
    yield from access_log(ROWS, template_database, django_db_blocker, folder)


def test_no_page_reads_the_whole_access_log(log):
    plans = {
        f"{page}\n{statement}": plan(statement)
        for page, query in PAGES.items()
        for statement in log.statements(query)
    }

    assert len(plans) > len(PAGES)
    scanned = [f"{of}\n{found}" for of, found in plans.items() if "Seq Scan" in found]
    assert not scanned, "\n\n".join(scanned)
