"""People narrowed by department and by role, each through an index."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attrition.models import Employee, StoredText
from predictions.admin import in_use
from tests.factories import EmployeeFactory, make_user

LIST = reverse("admin:attrition_employee_changelist")


@pytest.fixture
def manager(client, db):
    client.force_login(make_user("bob", "HR manager"))
    return client


@pytest.fixture
def people(db):
    for number, (where, role) in enumerate(
        [
            ("Commercial", "Consultant"),
            ("Consulting", "Consultant"),
            ("Commercial", "Manager"),
            (None, None),
            ("R&D «\u00a0x\u00a0»", "Manager"),
        ],
        start=1,
    ):
        features = {"age": 30, "departement": where, "poste": role}
        EmployeeFactory(pk=number, features=features)
    EmployeeFactory(pk=6, features=["Commercial"])
    EmployeeFactory(pk=7, features={"age": 30, "departement": 5})


def listed(page) -> list[int]:
    found = re.findall(r"/employee/(\d+)/change/", page.content.decode())
    return [int(number) for number in found]


def offered(page, name: str) -> list[str]:
    [spec] = [s for s in page.context["cl"].filter_specs if s.parameter_name == name]
    return [word for word, _ in spec.lookup_choices]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"department": "Commercial"}, [1, 3]),
        ({"department": "R&D «\u00a0x\u00a0»"}, [5]),
        ({"role": "Consultant"}, [1, 2]),
        ({"role": "Consultant", "department": "Commercial"}, [1]),
        ({"department": "Commercial", "q": "3"}, [3]),
        ({"department": ""}, [1, 2, 3, 4, 5, 6, 7]),
        ({"department": "5"}, [7]),
        ({"department": "Nowhere"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"department": "'; DROP TABLE employees; --"}, [1, 2, 3, 4, 5, 6, 7]),
    ],
    ids=str,
)
def test_people_are_narrowed_by_department_and_role(manager, people, query, expected):
    assert listed(manager.get(LIST, query)) == expected


def test_archived_people_of_a_department_are_shown_where_asked_for(manager, people):
    Employee.objects.filter(pk=3).update(archived_at="2026-03-01T12:00Z")

    narrowed = {"department": "Commercial"}
    assert listed(manager.get(LIST, narrowed)) == [1]
    assert listed(manager.get(LIST, narrowed | {"archived": "yes"})) == [3]


def test_the_words_in_use_are_offered_each_once(manager, people):
    page = manager.get(LIST)

    assert offered(page, "role") == ["Consultant", "Manager"]
    found = {str(word) for word in offered(page, "department")}
    assert found == {"5", "Commercial", "Consulting", "R&D «\u00a0x\u00a0»"}


def test_no_more_words_are_offered_than_somebody_reads(manager, people, monkeypatch):
    monkeypatch.setattr(in_use, "MOST_OFFERED", 1)

    assert offered(manager.get(LIST), "role") == ["Consultant"]


def test_a_word_beyond_those_offered_narrows_the_list_all_the_same(
    manager, people, monkeypatch
):
    monkeypatch.setattr(in_use, "MOST_OFFERED", 1)

    page = manager.get(LIST, {"role": "Manager"})

    assert listed(page) == [3, 5]
    assert offered(page, "role") == ["Consultant", "Manager"]


def test_what_nobody_has_is_said_to_make_no_sense(manager, people):
    page = manager.get(LIST, {"department": "Nowhere"})

    assert "Nowhere" in str(next(iter(page.context["messages"])))


def test_nonsense_in_the_address_is_no_server_error(manager, people):
    answer = manager.get(LIST, {"department": "a\0b"}, follow=True)

    assert answer.status_code == 200


@pytest.mark.parametrize("field", ["departement", "poste"])
def test_sqlite_finds_people_by_the_index_in_their_order(people, field):
    if connection.vendor != "sqlite":
        pytest.skip("test_employee_plans.py shows it of PostgreSQL")
    asked = Employee.objects.alias(word=StoredText("features", field))

    plan = asked.filter(word="Commercial").order_by("pk").explain()

    assert f"employee_by_{field}" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("field", ["departement", "poste"])
def test_sqlite_finds_the_words_by_the_index_in_their_order(people, field):
    if connection.vendor != "sqlite":
        pytest.skip("test_employee_plans.py shows it of PostgreSQL")
    words = Employee.objects.annotate(word=StoredText("features", field))

    with CaptureQueriesContext(connection) as queries:
        in_use.values_in_use(words, "word")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        found = [line for *_, line in cursor.fetchall() if "employees" in line]

    assert len(found) == 2  # the first, and the next
    assert all(f"INDEX employee_by_{field}" in line for line in found)


@pytest.mark.parametrize("name", ["a' OR 1=1", "Age", "", "a.b"])
def test_only_a_fields_name_is_written_into_sql(name):
    with pytest.raises(ValueError, match="no field's name"):
        StoredText("features", name)


def test_a_list_costs_the_same_queries_for_many_words_as_for_few(manager, people):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            manager.get(LIST)
        return len(found)

    before = queries()
    for number in range(20, 40):
        where = f"Department {number}"
        EmployeeFactory(pk=number, features={"age": 30, "departement": where})

    assert queries() == before
