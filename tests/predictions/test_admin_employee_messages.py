"""What the form of an employee says to somebody who reads French."""

import pytest
from django.urls import reverse

from tests.factories import EmployeeFactory, make_user

ADD = reverse("admin:attrition_employee_add")


@pytest.fixture
def manager(client, db):
    client.force_login(make_user("bob", "HR manager"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    return client


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        (
            {"employee_id": "7"},
            None,
            "Remplissez au moins un champ utilisé par le modèle.",
        ),
        (
            {"employee_id": "669", "age": "30"},
            "employee_id",
            "Un employé qui porte ce numéro existe déjà.",
        ),
        (
            {"employee_id": "0", "age": "30"},
            "employee_id",
            "Assurez-vous que cette valeur est supérieure ou égale à 1.",
        ),
    ],
    ids=["empty", "taken", "zero"],
)
def test_a_refusal_is_in_words_of_a_form(manager, form, field, words):
    EmployeeFactory(employee_id=669)

    errors = manager.post(ADD, form).context["adminform"].form.errors

    assert errors == {field or "__all__": [words]}


def test_what_was_stored_is_said_without_objects(manager):
    form = {"employee_id": "7", "age": "30"}

    page = manager.post(ADD, form, follow=True)

    [message] = map(str, page.context["messages"])
    assert message.startswith("Ajout enregistré\u00a0: employé ")
    assert ">7</a>." in message
