"""/employees and /predict_by_id: the people that HR has told us about."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from attrition.models import Employee
from predictions.models import Prediction
from tests.factories import EmployeeFactory
from tests.predictions.refusals import assert_refused, problems, send

PAY_RISE = "augementation_salaire_precedente"
RIGHTLY_SPELT = "augmentation_salaire_precedente"


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["employee_id"] for row in answer.json()]


def next_page(answer) -> str | None:
    if "Link" not in answer:
        return None
    address, relation = answer["Link"].split("; ")
    assert relation == 'rel="next"'
    return address.strip("<>")


def stored(pk: int = 669) -> dict:
    return Employee.objects.get(pk=pk).features


# Reading


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 500])
def test_the_list_is_walked_by_employee_number(api, limit):
    for pk in (70, 2**63 - 1, 100, 10, 3_000):
        EmployeeFactory(pk=pk)

    address, found = f"/employees?limit={limit}", []
    while address:
        answer = api.get(address)
        found += ids(answer)
        assert len(found) < 100, "the pages have no end"
        address = next_page(answer)
        # Whoever comes before the cursor meanwhile shifts nobody.
        EmployeeFactory(pk=len(found))

    assert found == [10, 70, 100, 3_000, 2**63 - 1]


def test_fifty_employees_make_a_page(api):
    EmployeeFactory.create_batch(51)

    answer = api.get("/employees")

    assert len(ids(answer)) == 50
    assert len(ids(api.get(next_page(answer)))) == 1


def test_nobody_stored_is_an_empty_list(api):
    assert api.get("/employees").json() == []


def test_an_employee_is_read_as_stored(api, employee):
    answer = api.get("/employees/669").json()

    assert list(answer) == [
        "employee_id",
        "features",
        "created_at",
        "updated_at",
        "archived_at",
    ]
    assert answer["features"] == employee.features
    assert answer["archived_at"] is None
    assert answer == api.get("/employees").json()[0]
    for name in ("created_at", "updated_at"):
        assert answer[name].endswith("Z")
        age = timezone.now() - datetime.fromisoformat(answer[name])
        assert abs(age) < timedelta(minutes=1)


# Writing


def test_put_creates_an_employee(api, features):
    answer = send(api, "PUT", "/employees/669", {"features": features})

    assert answer.status_code == 201
    assert stored() == features
    assert answer.json() == api.get("/employees/669").json()


def test_put_replaces_an_employee(api, employee):
    before = api.get("/employees/669").json()

    answer = send(api, "PUT", "/employees/669", {"features": {"poste": "Manager"}})

    assert answer.status_code == 200
    assert stored() == {"poste": "Manager"}
    after = answer.json()
    assert after == api.get("/employees/669").json()
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]


def test_put_twice_says_the_same_and_stores_one(api, features):
    for status in (201, 200):
        answer = send(api, "PUT", "/employees/669", {"features": features})
        assert answer.status_code == status

    assert Employee.objects.count() == 1


@pytest.mark.parametrize("pk", [1, 2**31, 2**63 - 1])
def test_an_employee_number_may_be_any_that_the_database_holds(api, features, pk):
    assert (
        send(api, "PUT", f"/employees/{pk}", {"features": features}).status_code == 201
    )
    assert api.get(f"/employees/{pk}").json()["employee_id"] == pk
    assert api.post(f"/predict_by_id/{pk}").status_code == 200
    assert len(api.get(f"/history/{pk}").json()) == 1


def test_patch_changes_the_fields_that_are_sent(api, employee, features):
    changes = {"poste": "Manager", "revenu_mensuel": 5_000}

    answer = send(api, "PATCH", "/employees/669", {"features": changes})

    assert answer.status_code == 200
    assert stored() == features | changes
    assert answer.json() == api.get("/employees/669").json()


def test_patch_takes_a_value_away_with_null(api, employee):
    send(api, "PATCH", "/employees/669", {"features": {"revenu_mensuel": None}})

    answer = api.post("/predict_by_id/669").json()

    assert stored()["revenu_mensuel"] is None
    assert answer["missing_features"] == ["revenu_mensuel"]


@pytest.mark.parametrize(
    ("before", "change"), [(PAY_RISE, RIGHTLY_SPELT), (RIGHTLY_SPELT, PAY_RISE)]
)
def test_patch_with_the_other_spelling_of_the_pay_rise_replaces_it(
    api, features, before, change
):
    features.pop(PAY_RISE)
    EmployeeFactory(pk=669, features=features | {before: "11 %"})

    answer = send(api, "PATCH", "/employees/669", {"features": {change: "20 %"}})

    assert answer.status_code == 200
    assert stored() == features | {change: "20 %"}
    assert api.post("/predict_by_id/669").status_code == 200


def test_patch_with_nothing_changes_nothing(api, employee, features):
    assert send(api, "PATCH", "/employees/669", {"features": {}}).status_code == 200
    assert stored() == features


def test_patch_creates_nobody(api, features):
    for changes in (features, {"age": None}, {}):
        answer = send(api, "PATCH", "/employees/669", {"features": changes})
        assert answer.status_code == 404

    assert not Employee.objects.exists()


def test_patch_does_not_take_the_last_value_away(api):
    EmployeeFactory(pk=669, features={"age": 30})

    assert_refused(
        api,
        "PATCH",
        "/employees/669",
        {"features": {"age": None}},
        expected=[("features", "nothing_to_score")],
    )

    assert stored() == {"age": 30}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_the_table_refuses_is_not_stored(api, employee, features, method):
    wrong = {"age": 300, "poste": 3, "agee": 30, "frequence_deplacement": "Jamais"}

    answer = assert_refused(
        api, method, "/employees/669", {"features": features | wrong}
    )

    assert {field for field, _ in problems(answer)} == wrong.keys()
    assert stored() == features


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_both_spellings_at_once_are_not_stored(api, employee, features, method):
    both = {PAY_RISE: "11 %", RIGHTLY_SPELT: "11 %"}

    assert_refused(
        api,
        method,
        "/employees/669",
        {"features": both},
        expected=[(RIGHTLY_SPELT, "both_spellings")],
    )

    assert stored() == features


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("sent", [669, None])
def test_the_number_may_stand_in_the_body_too(api, employee, features, method, sent):
    body = {"features": features, "employee_id": sent}

    assert send(api, method, "/employees/669", body).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_another_number_in_the_body_is_refused(api, employee, features, method):
    body = {"features": {"age": 40}, "employee_id": 670}

    assert_refused(
        api, method, "/employees/669", body, expected=[("employee_id", "id_differs")]
    )

    assert list(Employee.objects.values_list("pk", flat=True)) == [669]
    assert stored() == features


def test_an_employee_who_has_left_a_company_like_ours_is_never_deleted_here(
    api, employee
):
    assert api.delete("/employees/669").status_code == 405
    assert Employee.objects.exists()


def test_storing_and_reading_people_scores_nobody(api, features):
    send(api, "PUT", "/employees/669", {"features": features})
    send(api, "PATCH", "/employees/669", {"features": {"age": 40}})
    api.get("/employees/669")

    assert not Prediction.objects.exists()


# Scoring


def test_a_stored_employee_scores_as_the_same_features_do(api, features):
    for pay in (2_911, 4_883.33, 12_000):
        features["revenu_mensuel"] = pay
        send(api, "PUT", "/employees/669", {"features": features})

        by_id = api.post("/predict_by_id/669").json()
        sent = send(api, "POST", "/predict", {"features": features}).json()

        assert repr(by_id["proba_depart"]) == repr(sent["proba_depart"])
        assert by_id.keys() == sent.keys()


def test_the_row_of_a_stored_employee_holds_number_and_features(
    api, employee, features
):
    answer = api.post("/predict_by_id/669")

    row = Prediction.objects.get(pk=answer.json()["db_id"])
    assert row.employee_id == 669
    assert row.input_payload == features


def test_a_stored_employee_can_be_explained(api, employee):
    answer = api.post("/predict_by_id/669?explain=true").json()

    assert answer["explanation"]["contributions"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"", ""), (b"{}", "application/json"), (b"x", "text/plain"), (b"{", "")],
)
def test_scoring_by_number_needs_no_body_and_reads_none(
    api, employee, body, content_type
):
    answer = send(api, "POST", "/predict_by_id/669", body, content_type)

    assert answer.status_code == 200


def test_a_later_change_of_the_employee_leaves_the_row_as_it_was(
    api, employee, features
):
    api.post("/predict_by_id/669")

    send(api, "PATCH", "/employees/669", {"features": {"age": 60}})

    assert Prediction.objects.get().input_payload == features


@pytest.mark.parametrize(
    ("misfit", "problem"),
    [
        ({"anciennete": 3}, ("anciennete", "unknown_field")),
        ({"age": 300}, ("age", "out_of_range")),
        ({"age": "21"}, ("age", "not_a_number")),
        ({"poste": "Qwertz"}, ("poste", "unknown_category")),
        ({"frequence_deplacement": 1}, ("frequence_deplacement", "unknown_level")),
        ({RIGHTLY_SPELT: "11 %"}, (RIGHTLY_SPELT, "both_spellings")),
        ({"age": {"years": 21}}, ("age", "not_a_number")),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_an_employee_who_no_longer_fits_the_table_is_refused_and_the_field_named(
    api, features, misfit, problem
):
    EmployeeFactory(pk=669, features=features | misfit)

    assert_refused(api, "POST", "/predict_by_id/669", expected=[problem])


@pytest.mark.parametrize("odd", [{}, [], ["age"], "age", 3, True], ids=repr)
def test_an_employee_whose_features_are_none_is_refused_and_can_be_put_right(
    api, features, odd
):
    EmployeeFactory(pk=669, features=odd)

    assert_refused(
        api, "POST", "/predict_by_id/669", expected=[("features", "nothing_to_score")]
    )
    assert api.get("/employees/669").json()["features"] == odd
    body = {"features": features}
    assert send(api, "PATCH", "/employees/669", body).status_code == 200
    assert api.post("/predict_by_id/669").status_code == 200


def test_an_employee_who_no_longer_fits_can_be_put_right(api, features):
    EmployeeFactory(pk=669, features=features | {"age": 300, "anciennete": 3})

    assert api.get("/employees/669").status_code == 200
    assert_refused(
        api,
        "PATCH",
        "/employees/669",
        {"features": {"age": 30}},
        expected=[("anciennete", "unknown_field")],
    )
    assert send(api, "PUT", "/employees/669", {"features": features}).status_code == 200
    assert api.post("/predict_by_id/669").status_code == 200


def test_a_department_that_the_release_does_not_know_is_a_fact_but_not_scored(
    api, features
):
    features["departement"] = "Intelligence artificielle"

    stores = send(api, "PUT", "/employees/669", {"features": features})

    assert stores.status_code == 201
    assert stored() == features
    assert_refused(
        api,
        "POST",
        "/predict_by_id/669",
        expected=[("departement", "unknown_category")],
    )
