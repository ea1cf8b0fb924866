"""What PostgreSQL does for each page of a long list of employees."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import own_database
from tests.factories import make_user
from tests.predictions.test_query_plans import plan
from tests.workforce import employ

PEOPLE = 50_000
LIST = reverse("admin:attrition_employee_changelist")
# All have the same role; one in fifty is in a department of its own, the last of all.
SPREAD = """
UPDATE employees SET features = features || jsonb_build_object('departement',
    CASE WHEN employee_id > %s THEN 'Antenne'
         ELSE (ARRAY['Commercial', 'Consulting', 'Ressources Humaines'])
              [1 + employee_id %% 3] END)
"""
FILTERED = ("departement", "poste")
PAGES = {
    "all": {},
    "page 100": {"p": 100},
    "department": {"department": "Commercial"},
    "department, page 100": {"department": "Commercial", "p": 100},
    "department, rare and last": {"department": "Antenne"},
    "department, of nobody": {"department": "Nowhere"},
    "role": {"role": "Représentant Commercial"},
    "both": {"department": "Antenne", "role": "Représentant Commercial"},
    "search: number": {"q": "669"},
    "search: evaluation": {"q": "E_669"},
    "search: nobody": {"q": "nobody"},
    "all with archived": {"department": "Antenne", "archived": "all"},
}


@pytest.fixture(scope="module")
def reader(template_database, django_db_blocker, tmp_path_factory) -> Iterator[Client]:
    """Who may read a list of so many employees."""
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    folder = tmp_path_factory.mktemp("plans")
    with (
        django_db_blocker.unblock(),
        own_database.copied(connection.vendor, template_database, folder) as name,
        own_database.using(name),
    ):
        with connection.cursor() as cursor:
            employ(cursor, 1, PEOPLE)
            cursor.execute(SPREAD, [PEOPLE - PEOPLE // 50])
            cursor.execute("VACUUM ANALYZE employees")
        client = Client()
        client.force_login(make_user("bob", "HR manager"))
        yield client


def statements(client: Client, query: dict) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LIST, query).status_code == 200
    found = [query["sql"] for query in queries.captured_queries]
    return [sql for sql in found if 'FROM "employees"' in sql]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_all_employees(reader, page):
    plans = {found: plan(found) for found in statements(reader, PAGES[page])}

    assert len(plans) >= 4  # the words of both filters, the count, the page
    scanned = {sql: found for sql, found in plans.items() if "Seq Scan" in found}
    if page.startswith("all") or page == "page 100":  # their first 10,000 are counted
        scanned = {sql: f for sql, f in scanned.items() if "LIMIT 10001" not in sql}
    assert not scanned


@pytest.mark.parametrize("page", ["department, rare and last", "department, of nobody"])
def test_a_rare_department_is_found_by_its_own_index(reader, page):
    plans = [plan(sql) for sql in statements(reader, PAGES[page]) if "= '" in sql]

    assert len(plans) >= 2
    assert all("employee_by_departement" in found for found in plans)


def test_the_words_offered_are_steps_through_the_index_in_one_statement(reader):
    words = [sql for sql in statements(reader, {}) if "RECURSIVE" in sql]

    assert len(words) == 2
    for sql, field, in_use in zip(words, FILTERED, (4, 1), strict=True):
        found = re.findall(rf"employee_by_{field} .* loops=(\d+)", plan(sql))
        # The first, and from each the next; after the last one there is none.
        assert [int(loops) for loops in found] == [1, in_use]
