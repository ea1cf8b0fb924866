"""Who looked at whom: what is on record, and what nobody gets without it."""

import json

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from attrition.models import HIGHEST_EMPLOYEE_ID
from predictions.models import Access, AccessedEmployee, AccessErasure
from tests.factories import EmployeeFactory, make_key, seed_features

LIST = reverse("admin:predictions_prediction_changelist")


def page_of(row) -> str:
    return reverse("admin:predictions_prediction_change", args=[row.pk])


def looks() -> list[tuple]:
    """Each look, oldest first: action, who, whom, of which row."""
    return [
        (
            look.action,
            look.user_name or look.key_owner,
            sorted(seen.employee_id for seen in look.employees.all()),
            look.prediction_id,
        )
        for look in Access.objects.order_by("pk").prefetch_related("employees")
    ]


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


def post(client, address: str, **data):
    """What a form of the back-office sends."""
    token = client.get(reverse("admin:index")).context["csrf_token"]
    return client.post(address, {"csrfmiddlewaretoken": str(token), **data})


@pytest.mark.parametrize(
    ("query", "action", "whom"),
    [
        ({}, "list", [669, 670]),
        ({"source__exact": "api"}, "list", [669, 670]),
        ({"q": "669"}, "search", [669]),
        ({"q": "E_669"}, "search", [669]),
        ({"q": "7777"}, "search", [7777]),
        ({"q": "nobody is called so"}, "search", []),
    ],
    ids=["all", "filtered", "employee", "identifier", "nobody", "no name"],
)
def test_a_list_is_on_record_with_whom_it_showed(
    ana, make_prediction, query, action, whom
):
    make_prediction(669)
    make_prediction(670, eval_number="E_670", eval_number_int=670, code_sondage=670)

    ana.get(LIST, query)

    assert looks() == [(action, "ana", whom, None)]
    look = Access.objects.get()
    assert look.page == "admin/predictions/prediction/"
    assert look.details["filters"] == {n: v for n, v in query.items() if n != "q"}


def test_no_word_that_was_searched_for_is_kept(ana, make_prediction):
    make_prediction(669)

    ana.get(LIST, {"q": "emp_c8b594649875c70a"})

    [values] = Access.objects.values()
    assert "emp_c8b594649875c70a" not in json.dumps(values, default=str)


def test_a_page_a_reveal_a_replay_and_a_proof_are_on_record_in_this_order(
    ana, make_prediction
):
    row = make_prediction(669)

    ana.get(page_of(row))
    post(ana, reverse("admin:reveal_prediction", args=[row.pk]), purpose="contest")
    ana.get(page_of(row))
    post(ana, reverse("admin:replay_prediction", args=[row.pk]))

    actions = ("view", "reveal", "view", "replay")
    assert looks() == [(action, "ana", [669], row.pk) for action in actions]
    purposes = Access.objects.order_by("pk").values_list("purpose", flat=True)
    assert list(purposes) == ["", "contest", "contest", "contest"]


@pytest.mark.parametrize(
    ("call", "whom"),
    [
        ("/history", [669, 670]),
        ("/history/670", [670]),
        ("/predictions/{id}", [669]),
        ("/predictions/{id}?explain=true", [669]),
        ("/employees", [669, 670]),
        ("/employees/670", [670]),
    ],
)
def test_a_read_through_the_api_is_on_record_by_its_key(
    api, make_prediction, call, whom
):
    for number in (669, 670):
        EmployeeFactory(pk=number)
    row = make_prediction(669)
    make_prediction(670)

    answer = api.get(call.format(id=row.pk))

    assert answer.status_code == 200
    [look] = Access.objects.all()
    assert (look.action, look.source, look.user_name) == ("read", "api", "")
    assert look.key_owner
    assert look.request_id == answer["X-Request-ID"]
    assert "669" not in look.page
    assert [n for *_, people, _ in looks() for n in people] == whom


def test_a_read_on_a_browsable_page_is_on_record_by_the_person(ana, make_prediction):
    make_prediction(669)

    ana.get("/history")

    assert looks() == [("read", "ana", [669], None)]


@pytest.mark.parametrize("call", ["/history/x", "/history?limit=0", "/predictions/9"])
def test_what_was_refused_showed_nobody(api, make_prediction, call):
    make_prediction(669)

    assert api.get(call).status_code in (404, 422)
    assert looks() == []


@pytest.mark.parametrize(
    "call", ["/history", "/history/669", "/predictions/{id}", "/employees/669"]
)
def test_nothing_is_read_through_the_api_while_it_cannot_be_recorded(
    api, make_prediction, monkeypatch, call
):
    EmployeeFactory(pk=669)
    row = make_prediction(669)
    _break(monkeypatch)

    answer = api.get(call.format(id=row.pk))

    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "log_unavailable"
    assert "revenu_mensuel" not in answer.content.decode()
    assert looks() == []


def _break(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("disk full")

    monkeypatch.setattr(Access.objects, "create", fail)


def test_two_people_under_one_request_are_one_look_each_once(api, make_prediction):
    for _ in range(3):
        make_prediction(669)
    make_prediction(None)

    api.get("/history")

    look = Access.objects.get()
    assert look.people == 2  # 669, and somebody who has no number
    assert [seen.employee_id for seen in look.employees.all()] == [669]


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("/employees/669?bad=1", None, 422),
        ("/employees/669", {}, 422),
        ("/employees/669", {"features": {"age": "x"}}, 422),
    ],
    ids=["odd parameter", "nothing sent", "odd value"],
)
def test_a_page_of_a_refusal_shows_nobody(browser, call, body, status):
    EmployeeFactory(pk=669, features=seed_features() | {"eval_number": "E_STORED"})
    bob = browser("HR manager", "bob")
    if body is None:
        answer = bob.get(call)
    else:
        bob.get("/predict")
        headers = {"x-csrftoken": bob.cookies["csrftoken"].value}
        sent = json.dumps(body)
        answer = bob.put(call, sent, content_type="application/json", headers=headers)

    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert "E_STORED" not in answer.content.decode()
    assert looks() == []


@pytest.mark.parametrize("explain", ["", "?explain=true"])
def test_a_person_who_scores_through_the_api_is_on_record(browser, explain):
    EmployeeFactory(pk=669)
    bob = browser("HR manager", "bob")
    bob.get("/predict")

    answer = bob.post(
        f"/predict_by_id/669{explain}",
        "{}",
        content_type="application/json",
        headers={
            "accept": "application/json",
            "x-csrftoken": bob.cookies["csrftoken"].value,
        },
    )

    assert answer.status_code == 200
    assert looks() == [("score", "bob", [669], None)]


def test_whom_an_auditor_asks_about_stands_only_where_an_erasure_reaches(ana):
    ana.get(reverse("admin:predictions_access_changelist"), {"employee": "669669"})

    look = Access.objects.get()
    assert "669669" not in json.dumps(look.details)
    assert [seen.employee_id for seen in look.employees.all()] == [669669]


def test_the_highest_number_of_an_employee_is_no_nonsense(ana, make_prediction):
    make_prediction(HIGHEST_EMPLOYEE_ID)
    ana.get(LIST)
    address = reverse("admin:predictions_access_changelist")

    page = ana.get(address, {"employee": str(HIGHEST_EMPLOYEE_ID)})

    assert [look.action for look in page.context["cl"].result_list] == ["list"]


def test_the_page_of_a_look_at_many_says_who_they_are_on_record(ana, api, log_row):
    for number in (669, 670):
        log_row(employee_id=number)
    api.get("/history")
    look = Access.objects.get()

    ana.get(reverse("admin:predictions_access_change", args=[look.pk]))

    assert looks()[1:] == [("view", "ana", [669, 670], None)]


# Erasure


def erase(look) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE prediction_accessed_employees SET employee_id = NULL "
            "WHERE access_id = %s",
            [look.pk],
        )


@pytest.fixture
def look(api, make_prediction) -> Access:
    make_prediction(669)
    api.get("/history/669")
    return Access.objects.get()


def test_a_person_is_erased_from_the_access_log_by_a_record(look):
    seen = AccessedEmployee.objects.get()
    AccessErasure.objects.create(accessed_id=seen.pk, user_name="ana", reason="art. 17")

    erase(look)

    assert AccessedEmployee.objects.get().employee_id is None
    assert Access.objects.get().people == 1


def test_without_a_record_nobody_is_erased(look):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        erase(look)

    assert AccessedEmployee.objects.get().employee_id == 669


def test_a_look_cannot_be_given_to_somebody_else(look):
    seen = AccessedEmployee.objects.get()
    AccessErasure.objects.create(accessed_id=seen.pk, user_name="ana", reason="art. 17")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE prediction_accessed_employees SET employee_id = 670")


def test_a_key_that_only_changes_employees_is_on_record_for_what_it_is_shown(db):
    _, secret = make_key("employees:write")
    EmployeeFactory(pk=669)

    APIClient(headers={"X-API-Key": secret}).patch(
        "/employees/669", {"features": {"age": 40}}, format="json"
    )

    assert [people for *_, people, _ in looks()] == [[669]]
