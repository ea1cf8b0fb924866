"""PUT /employees: up to 5,000 people at once, all or none."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from attrition import employees
from attrition.models import HIGHEST_EMPLOYEE_ID, Employee
from attrition.validation import MOST_PROBLEMS
from predictions.models import Prediction
from tests.factories import EmployeeFactory, make_key, seed_features
from tests.predictions.refusals import assert_refused, send

MIB = 1024 * 1024
MOST = 5_000


def person(pk: Any, **changes: Any) -> dict[str, Any]:
    return {"employee_id": pk, "features": seed_features() | changes}


def put(client, *people: Any):
    return send(client, "PUT", "/employees", {"employees": list(people)})


def counts(answer) -> tuple[int, int, int]:
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["created", "replaced", "unchanged"]
    return tuple(answer.json().values())


def stored() -> dict[int, dict]:
    return dict(Employee.objects.values_list("pk", "features"))


def refused(client, *people: Any) -> list[tuple[int | None, str | None, str]]:
    """The (index, field, code) of each error; in both languages, and nothing stored."""
    before = list(Employee.objects.values())
    body = {"employees": list(people)}
    answer = assert_refused(client, "PUT", "/employees", body)
    assert list(Employee.objects.values()) == before
    return [
        (error.get("index"), error["field"], error["code"])
        for error in answer.json()["errors"]
    ]


# Storing


def test_people_are_created_replaced_and_left_as_they_are(api):
    for pk in (1, 2, 3):
        EmployeeFactory(pk=pk)
    before = {row.pk: row for row in Employee.objects.all()}

    answer = put(api, person(4), person(1), person(2, age=44))

    assert counts(answer) == (1, 1, 1)
    after = {row.pk: row for row in Employee.objects.all()}
    assert after.keys() == {1, 2, 3, 4}
    assert after[4].features == seed_features()
    assert after[2].features == seed_features() | {"age": 44}
    assert after[2].created_at == before[2].created_at
    assert after[2].updated_at > before[2].updated_at
    assert after[1].updated_at == before[1].updated_at
    assert after[3].updated_at == before[3].updated_at


def test_who_is_replaced_keeps_nothing_of_before(api):
    EmployeeFactory(pk=1)

    put(api, {"employee_id": 1, "features": {"poste": "Manager"}})

    assert stored() == {1: {"poste": "Manager"}}


def test_putting_twice_is_putting_once(api):
    people = [person(pk, age=pk) for pk in (30, 20)]
    put(api, *people)
    before = list(Employee.objects.values())

    assert counts(put(api, *people)) == (0, 0, 2)
    assert list(Employee.objects.values()) == before


def test_what_python_takes_for_the_same_is_replaced_where_json_does_not(api):
    EmployeeFactory(pk=1, features={"heure_supplementaires": 1})

    answer = put(api, {"employee_id": 1, "features": {"heure_supplementaires": True}})

    assert counts(answer) == (0, 1, 0)
    assert stored()[1]["heure_supplementaires"] is True


def test_all_at_once_and_one_by_one_store_the_same(api):
    put(api, person(1, age=44), person(2))
    at_once = stored()
    Employee.objects.all().delete()
    for pk, features in at_once.items():
        send(api, "PUT", f"/employees/{pk}", {"features": features})

    assert stored() == at_once


def test_five_thousand_people_are_stored_and_one_more_is_refused(api):
    people = [person(pk, revenu_mensuel=2_000 + pk) for pk in range(1, MOST + 2)]

    assert refused(api, *people) == [(None, "employees", "wrong_count")]
    assert counts(put(api, *people[:MOST])) == (MOST, 0, 0)
    assert Employee.objects.get(pk=MOST).features["revenu_mensuel"] == 2_000 + MOST
    changed = [person(pk, revenu_mensuel=9_000) for pk in range(MOST, MOST // 2, -1)]
    assert counts(put(api, *changed)) == (0, MOST // 2, 0)


def test_a_number_may_be_any_that_the_database_holds(api):
    put(api, person(1), person(HIGHEST_EMPLOYEE_ID))

    assert list(stored()) == [1, HIGHEST_EMPLOYEE_ID]


def test_a_department_that_the_release_does_not_know_is_a_fact(api):
    put(api, person(1, departement="Intelligence artificielle"))

    assert stored()[1]["departement"] == "Intelligence artificielle"


def test_storing_people_scores_nobody(api):
    put(api, person(1))

    assert not Prediction.objects.exists()


def test_whoever_was_archived_is_brought_back(api):
    for pk in (1, 2):
        EmployeeFactory(pk=pk, archived_at=timezone.now())

    answer = put(api, person(1))

    assert counts(answer) == (0, 1, 0)
    assert list(Employee.objects.active().values_list("pk", flat=True)) == [1]


# Refusing


NO_NUMBER = ("employee_id", "not_an_employee_id")
WRONG = {
    "a number": (3, ("body", "not_an_object")),
    "null": (None, ("body", "not_an_object")),
    "a list": ([], ("body", "not_an_object")),
    "no features": ({"employee_id": 2}, ("features", "missing")),
    "features in a list": (
        {"employee_id": 2, "features": []},
        ("features", "not_an_object"),
    ),
    "features outside": ({"employee_id": 2, "age": 30}, ("features", "not_wrapped")),
    "an unknown key": (person(2) | {"nom": "Ana"}, ("nom", "unknown_field")),
    "nobody": ({"features": {"age": 30}}, ("employee_id", "missing")),
    "employee null": (person(None), ("employee_id", "missing")),
    "employee 0": (person(0), NO_NUMBER),
    "employee -1": (person(-1), NO_NUMBER),
    "employee in quotes": (person("669"), NO_NUMBER),
    "employee true": (person(True), NO_NUMBER),
    "employee 1.5": (person(1.5), NO_NUMBER),
    "employee 2.0": (person(2.0), NO_NUMBER),
    "employee 2^63": (person(2**63), NO_NUMBER),
    "the one before again": (person(1), ("employee_id", "repeated_employee")),
    "an odd value": (person(2, age=300), ("age", "out_of_range")),
    "an unknown field": (person(2, agee=30), ("agee", "unknown_field_near")),
    "nothing": ({"employee_id": 2, "features": {}}, ("features", "nothing_to_score")),
}


@pytest.mark.parametrize(("entry", "problem"), WRONG.values(), ids=WRONG)
def test_one_entry_that_is_wrong_stores_nobody_and_is_told_with_its_place(
    api, entry, problem
):
    EmployeeFactory(pk=1, features={"age": 30})

    assert refused(api, person(1), entry, person(3)) == [(1, *problem)]


def test_every_problem_of_every_entry_is_told(api):
    found = refused(
        api,
        person(1, age=300, poste=3),
        person(2),
        {"features": {"age": 300}},
        person(2, age="30"),
    )

    assert found == [
        (0, "age", "out_of_range"),
        (0, "poste", "not_a_text"),
        (2, "employee_id", "missing"),
        (2, "age", "out_of_range"),
        (3, "employee_id", "repeated_employee"),
        (3, "age", "not_a_number"),
    ]


def test_a_message_begins_with_the_place_of_the_entry(api):
    body = {"employees": [person(1), person(2, age=300)]}

    for language, begins in (
        ("en", "Record 1: age must be"),
        ("fr", "Enregistrement 1\u00a0: age doit"),
    ):
        answer = send(api, "PUT", "/employees", body, Accept_Language=language)
        [error] = answer.json()["errors"]
        assert error["message"].startswith(begins)
        assert answer.json()["detail"] == error["message"]


@pytest.mark.parametrize("count", [MOST_PROBLEMS, MOST_PROBLEMS + 1, MOST])
def test_no_more_than_a_hundred_problems_are_listed(api, count):
    found = refused(api, *[person(pk, age=300) for pk in range(1, count + 1)])

    listed = [(index, "age", "out_of_range") for index in range(MOST_PROBLEMS)]
    more = [(None, "body", "too_many_problems")] if count > MOST_PROBLEMS else []
    assert found == listed + more


BODIES = {
    "a list": ([], ("body", "not_an_object")),
    "empty": ({}, ("employees", "missing")),
    "features alone": ({"features": {"age": 30}}, ("features", "unknown_field")),
    "misspelt": ({"employee": []}, ("employee", "unknown_field_near")),
    "of nobody": ({"employees": []}, ("employees", "wrong_count")),
    "of null": ({"employees": None}, ("employees", "not_a_list")),
    "by number": ({"employees": {"1": {"age": 30}}}, ("employees", "not_a_list")),
    "with more": ({"employees": [person(1)], "zzz": 1}, ("zzz", "unknown_field")),
}


@pytest.mark.parametrize(("body", "problem"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_list_of_people_is_refused(api, body, problem):
    assert_refused(api, "PUT", "/employees", body, expected=[problem])

    assert not Employee.objects.exists()


def test_a_body_may_have_sixteen_mebibytes(api):
    body = b'{"employees": [{"employee_id": 1, "features": {"age": 30}}]}'

    assert_refused(
        api,
        "PUT",
        "/employees",
        body.ljust(16 * MIB + 1),
        status=413,
        expected=[(None, "body_too_large")],
    )
    assert not Employee.objects.exists()
    assert send(api, "PUT", "/employees", body.ljust(16 * MIB)).status_code == 200


def test_what_fails_in_the_middle_stores_nobody(api, monkeypatch):
    monkeypatch.setattr(employees, "BATCH", 2)
    people = [person(pk) for pk in (1, 2, 3)]
    with connection.cursor() as cursor:
        cursor.execute(FAILS_AT_THREE[connection.vendor])

    answer = put(api, *people)

    assert answer.status_code == 503
    assert not Employee.objects.exists()


FAILS_AT_THREE = {
    "sqlite": "CREATE TRIGGER fails BEFORE INSERT ON employees WHEN NEW.employee_id = 3"
    " BEGIN SELECT RAISE(ABORT, 'no'); END",
    "postgresql": "ALTER TABLE employees ADD CHECK (employee_id <> 3)",
}


# Together


def test_several_who_put_the_same_people_wait_and_the_last_one_stays(committing):
    """Each in another order, and half of the people are new."""
    _, secret = make_key()
    for pk in range(1, 200, 2):
        EmployeeFactory(pk=pk)
    begin = threading.Barrier(4)
    answers = []

    def put_all(age: int) -> None:
        people = [person(pk, age=age) for pk in range(1, 200)]
        client = APIClient(headers={"X-API-Key": secret})
        begin.wait(timeout=30)
        answers.append(put(client, *(people if age % 2 else people[::-1])))
        connection.close()

    threads = [threading.Thread(target=put_all, args=[20 + n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({features["age"] for features in stored().values()}) == 1
    assert len(stored()) == 199
