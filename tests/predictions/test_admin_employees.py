"""The employee form, which the feature table makes."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from attrition.features import FIELDS
from attrition.models import Employee
from tests.factories import EmployeeFactory, make_user, seed_features

LIST = reverse("admin:attrition_employee_changelist")
ADD = reverse("admin:attrition_employee_add")


@pytest.fixture
def manager(client, db):
    client.force_login(make_user("bob", "HR manager"))
    return client


def change(pk: int) -> str:
    return reverse("admin:attrition_employee_change", args=[pk])


def posted(page) -> dict:
    """What a browser would post of the form as it stands: only what it offers."""
    form = page.context["adminform"].form
    offered = re.findall(r'<(?:input|select)[^>]* name="(\w+)"', page.content.decode())
    initial = {name: form[name].value() for name in form.fields if name in offered}
    return {name: "" if value is None else value for name, value in initial.items()}


def test_the_form_has_each_field_of_the_table_with_its_label_and_range(manager):
    page = manager.get(ADD, headers={"accept-language": "fr"})

    form = page.context["adminform"].form
    text = page.content.decode()
    for field in FIELDS:
        assert form.fields[field.name].label.fr == field.label.fr
    assert "de 16 à 100\u00a0ans" in text
    assert "de −100 à 300\u00a0%, écrire 11, et non 0,11, pour onze pour cent" in text
    assert "motif prohibé, enregistré, jamais utilisé pour le score" in text


@pytest.mark.parametrize(
    ("language", "used", "unused"),
    [
        (
            "fr",
            "motif prohibé, utilisé pour le score par la version en service",
            "motif prohibé, enregistré, jamais utilisé pour le score",
        ),
        (
            "en",
            "prohibited ground, used for the score by the release that serves",
            "prohibited ground, recorded, never scored",
        ),
    ],
)
def test_a_ground_that_the_release_uses_is_not_said_to_be_unused(
    manager, release_with_age, language, used, unused
):
    page = manager.get(ADD, headers={"accept-language": language})

    form = page.context["adminform"].form
    assert form.fields["age"].help_text.endswith(used)
    assert form.fields["genre"].help_text.endswith(unused)


def test_a_new_employee_is_stored_as_the_api_would_take_it(manager, api):
    form = {
        "employee_id": "4242",
        "age": "30",
        "genre": "0",
        "revenu_mensuel": "3200.50",
        "departement": "Consulting",
        "heure_supplementaires": "1",
        "augementation_salaire_precedente": "0,5 %",
        "frequence_deplacement": "Frequent",
    }

    answer = manager.post(ADD, form)

    assert answer.status_code == 302
    assert Employee.objects.get(pk=4242).features == {
        "age": 30,
        "genre": 0,
        "revenu_mensuel": 3200.5,
        "departement": "Consulting",
        "heure_supplementaires": 1,
        "augementation_salaire_precedente": "0,5 %",
        "frequence_deplacement": "Frequent",
    }
    assert api.post("/predict_by_id/4242").status_code == 200


def test_saving_without_a_change_keeps_every_score(manager, api):
    EmployeeFactory(employee_id=669)
    before = api.post("/predict_by_id/669").json()["proba_depart"]

    answer = manager.post(change(669), posted(manager.get(change(669))))

    assert answer.status_code == 302
    assert api.post("/predict_by_id/669").json()["proba_depart"] == before
    assert Employee.objects.get(pk=669).features == EmployeeFactory.build().features


def test_an_edit_changes_what_was_edited_and_keeps_the_rest(manager):
    EmployeeFactory(employee_id=669)
    before = Employee.objects.get(pk=669).features
    form = posted(manager.get(change(669))) | {"age": "44"}

    answer = manager.post(change(669), form)

    assert answer.status_code == 302
    assert Employee.objects.get(pk=669).features == before | {"age": 44}


def test_a_forged_number_changes_nobody_else(manager):
    EmployeeFactory(employee_id=669)
    other = EmployeeFactory(employee_id=670, features={"age": 30})
    form = posted(manager.get(change(669))) | {"age": "44", "employee_id": "670"}

    manager.post(change(669), form)

    assert Employee.objects.get(pk=669).features["age"] == 44
    assert Employee.objects.get(pk=670).features == other.features
    assert Employee.objects.count() == 2


def test_a_number_that_is_taken_is_refused(manager):
    EmployeeFactory(employee_id=669, features={"age": 30})

    answer = manager.post(ADD, {"employee_id": "669", "age": "44"})

    assert list(answer.context["adminform"].form.errors) == ["employee_id"]
    assert Employee.objects.get().features == {"age": 30}


@pytest.mark.parametrize(
    "features",
    [["age", 30], "age", 30, {"departement": ["Consulting"], "age": {}}],
    ids=["list", "text", "number", "odd values"],
)
def test_a_row_that_sql_wrote_can_be_seen_and_mended(manager, features):
    EmployeeFactory(employee_id=1, features=features)

    listed = manager.get(LIST)
    form = posted(manager.get(change(1))) | {"age": "44", "departement": "Consulting"}
    answer = manager.post(change(1), form)

    assert change(1) in listed.content.decode()
    assert answer.status_code == 302
    found = Employee.objects.get(pk=1).features
    assert found == {"age": 44, "departement": "Consulting"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", "15"),
        ("age", "30.5"),
        ("revenu_mensuel", "-1"),
        ("revenu_mensuel", "beaucoup"),
        ("augementation_salaire_precedente", "un peu"),
        ("augementation_salaire_precedente", "400"),
        ("departement", "Nowhere"),
        ("statut_marital", "x" * 65),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(manager, name, value):
    EmployeeFactory(employee_id=669)
    before = Employee.objects.get(pk=669).features
    form = posted(manager.get(change(669))) | {name: value}

    answer = manager.post(change(669), form)

    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [name]
    assert Employee.objects.get(pk=669).features == before


@pytest.mark.parametrize(
    ("language", "name", "value", "said"),
    [
        ("fr", "augementation_salaire_precedente", "un peu", "Dernière augmentation"),
        ("en", "augementation_salaire_precedente", "un peu", "Last pay rise must be"),
        ("fr", "age", "15", "supérieure ou égale à 16"),
        ("en", "age", "15", "greater than or equal to 16"),
        ("fr", "nb_formations_suivies", "3.5", "nombre entier"),
        ("en", "nb_formations_suivies", "3.5", "whole number"),
        ("fr", "departement", "Nowhere", "Sélectionnez un choix valide"),
        ("en", "departement", "Nowhere", "Select a valid choice"),
    ],
)
def test_an_error_stands_at_its_field_in_the_readers_words(
    manager, language, name, value, said
):
    form = {"employee_id": "4242", "age": "30", name: value}

    page = manager.post(ADD, form, headers={"accept-language": language})

    [error] = page.context["adminform"].form.errors[name]
    assert said in error
    assert name not in error


def test_a_unit_stands_beside_its_box(manager):
    page = manager.get(ADD, headers={"accept-language": "fr"}).content.decode()

    [unit] = re.findall(r'id="id_revenu_mensuel"[^>]*> <span class="unit"[^<]*', page)
    assert unit.endswith(">€ par mois")


def test_an_employee_without_anything_to_score_is_refused(manager):
    answer = manager.post(ADD, {"employee_id": "4242", "eval_number": "E_4242"})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.non_field_errors()
    assert not Employee.objects.exists()


def test_a_department_that_the_release_does_not_know_stays(manager):
    features = {"age": 30, "departement": "Nouveau pôle"}
    EmployeeFactory(employee_id=1, features=features)

    answer = manager.post(change(1), posted(manager.get(change(1))))

    assert answer.status_code == 302
    assert Employee.objects.get(pk=1).features == features


def test_the_other_spelling_and_words_for_yes_and_no_are_offered_as_they_are(manager):
    features = {
        "genre": "Femme",
        "heure_supplementaires": True,
        "augmentation_salaire_precedente": "11 %",
    }
    EmployeeFactory(employee_id=1, features=features)

    form = manager.get(change(1)).context["adminform"].form

    assert form["genre"].value() == 0
    assert form["heure_supplementaires"].value() == 1
    assert form["augementation_salaire_precedente"].value() == "11 %"


def test_what_is_not_edited_keeps_its_words_its_type_and_its_spelling(manager):
    features = {
        "age": 30,
        "genre": "Femme",
        "heure_supplementaires": True,
        "augmentation_salaire_precedente": "11 %",
        "distance_domicile_travail": 22,
        "poste": None,
        "left_the_table": 1,
    }
    EmployeeFactory(employee_id=1, features=features)

    form = posted(manager.get(change(1))) | {"age": "44"}
    manager.post(change(1), form)

    stored = Employee.objects.get().features
    assert stored == features | {"age": 44}
    assert stored["heure_supplementaires"] is True
    assert type(stored["distance_domicile_travail"]) is int


def test_an_edit_of_the_other_spelling_stays_under_it_and_its_error_at_its_field(
    manager,
):
    name, spelling = (
        "augementation_salaire_precedente",
        "augmentation_salaire_precedente",
    )
    EmployeeFactory(employee_id=1, features={"age": 30, spelling: "11 %"})
    form = posted(manager.get(change(1)))

    refused = manager.post(change(1), form | {name: "un peu"})
    manager.post(change(1), form | {name: "12 %"})

    assert list(refused.context["adminform"].form.errors) == [name]
    assert Employee.objects.get().features == {"age": 30, spelling: "12 %"}


CHANGED = {
    "fr": (
        "Rien n'a été enregistré\u00a0: quelqu'un d'autre a modifié cette personne "
        "entre-temps. Rechargez la page, puis faites vos modifications."
    ),
    "en": (
        "Nothing was stored: somebody else changed this person meanwhile. Load the "
        "page again, then make your changes."
    ),
}


@pytest.mark.parametrize("language", CHANGED)
def test_what_somebody_else_changed_meanwhile_is_not_lost(manager, language):
    EmployeeFactory(employee_id=669)
    mine = posted(manager.get(change(669))) | {"age": "44"}
    theirs = posted(manager.get(change(669))) | {"nb_formations_suivies": "6"}
    manager.post(change(669), theirs)
    stored = Employee.objects.get().features

    answer = manager.post(
        change(669), mine, headers={"accept-language": language}, follow=True
    )

    assert answer.status_code == 200
    found = answer.context["adminform"].form.non_field_errors()
    assert list(found) == [CHANGED[language]]
    assert Employee.objects.get().features == stored
    manager.post(change(669), posted(manager.get(change(669))) | {"age": "44"})
    assert Employee.objects.get().features == stored | {"age": 44}


def test_a_form_that_does_not_say_what_it_was_of_changes_nothing(manager):
    EmployeeFactory(employee_id=669)
    before = Employee.objects.get().features
    form = posted(manager.get(change(669))) | {"age": "44"}
    del form["digest"]

    answer = manager.post(change(669), form)

    assert answer.context["adminform"].form.non_field_errors()
    assert Employee.objects.get().features == before


@pytest.mark.parametrize("term", ["669", "E_669", "emp_c8b594649875c70a"])
def test_an_employee_is_found_by_number_and_by_identifier(manager, term):
    EmployeeFactory(employee_id=669)
    EmployeeFactory(employee_id=1, features={"age": 30, "eval_number": "E_66"})

    page = manager.get(LIST, {"q": term}).content.decode()

    assert change(669) in page
    assert change(1) not in page


def test_an_identifier_is_found_whether_it_is_stored_as_text_or_as_a_number(manager):
    EmployeeFactory(employee_id=1, features={"age": 30, "code_sondage": 4711})
    EmployeeFactory(employee_id=2, features={"age": 30, "eval_number": "4711"})
    EmployeeFactory(employee_id=4711, features={"age": 30})
    EmployeeFactory(employee_id=3, features={"age": 30, "poste": "4711"})

    page = manager.get(LIST, {"q": " 4711 "}).content.decode()

    assert [n for n in (1, 2, 3, 4711) if change(n) in page] == [1, 2, 4711]


@pytest.fixture
def reader(client, db):
    """Somebody who may look at employees and no more."""
    user = make_user("carl", "ML engineer")
    user.user_permissions.add(Permission.objects.get(codename="view_employee"))
    client.force_login(user)
    return client


def test_who_may_only_look_sees_the_values_and_no_form(reader):
    EmployeeFactory(employee_id=669)

    page = reader.get(change(669), headers={"accept-language": "fr"}).content.decode()

    assert "Revenu mensuel" in page
    assert 'name="age"' not in page


def test_who_may_only_look_can_open_a_row_that_is_no_object(reader):
    EmployeeFactory(employee_id=1, features=["age", 30])

    assert reader.get(change(1)).status_code == 200


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("3 500,50", 3500.5),
        ("3\u00a0500,50", 3500.5),
        ("3\u202f500", 3500),
        ("3500.5", 3500.5),
        ("", None),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_number_is_read_as_people_write_it(manager, language, typed, stored):
    EmployeeFactory(pk=669)
    french = {"accept-language": language}
    form = posted(manager.get(change(669), headers=french))

    manager.post(change(669), form | {"revenu_mensuel": typed}, headers=french)

    assert Employee.objects.get().features.get("revenu_mensuel") == stored


@pytest.mark.parametrize("typed", ["3--4", "1e999", "3,5,0", "deux mille"])
def test_a_number_that_is_none_empties_nothing_and_is_named(manager, typed):
    EmployeeFactory(pk=669)
    before = Employee.objects.get().features
    page = manager.get(change(669))

    answer = manager.post(change(669), posted(page) | {"revenu_mensuel": typed})

    assert 'type="number"' not in page.content.decode()
    assert list(answer.context["adminform"].form.errors) == ["revenu_mensuel"]
    assert typed in answer.content.decode()
    assert Employee.objects.get().features == before


def test_saving_a_page_as_it_is_changes_nothing(manager):
    features = seed_features() | {
        "distance_domicile_travail": 22,
        "proba_chgt_experience_par_an": 0.3333333333,
        "eval_number_int": 669,
        "left_the_table": 1,
    }
    EmployeeFactory(pk=669, features=features)
    french = {"accept-language": "fr"}
    page = manager.get(change(669), headers=french)
    form = page.context["adminform"].form

    sent = {name: form[name].value() for name in form.fields}
    shown = {name: "" if v is None else str(v) for name, v in sent.items()}
    shown["proba_chgt_experience_par_an"] = "0,3333333333"
    answer = manager.post(change(669), shown, headers=french)

    assert answer.status_code == 302
    stored = Employee.objects.get().features
    assert stored == features
    assert type(stored["distance_domicile_travail"]) is int
    assert LogEntry.objects.get().get_change_message() == "Aucun champ modifié."
