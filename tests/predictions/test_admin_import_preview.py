"""What a preview of an import shows: who would change, in words, and who would not."""

import re

import pytest

from attrition.field import Extract
from attrition.models import Employee
from predictions.admin import import_preview
from predictions.models import Access
from tests.predictions.uploads import confirm, counts, first, text_of, upload

SIRH, EVAL, SONDAGE = Extract


def test_the_preview_says_in_words_what_changes_from_what_to_what(manager, everyone):
    tables = first(40)
    tables.put(SIRH, 2, "age", "61")
    tables.put(EVAL, 3, "heure_supplementaires", "")
    before = Employee.objects.get(pk=2).features
    before["heure_supplementaires"] = "Oui"
    Employee.objects.filter(pk=2).update(features=before)

    page = upload(manager, tables, language="fr")

    rows = re.findall(
        r"<td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", page.content.decode()
    )
    age = Employee.objects.get(pk=1).features["age"]
    assert rows == [
        ("Âge", f"{age}\u00a0ans", "61\u00a0ans"),
        ("Heures supplémentaires", "Oui", "–"),
    ]
    assert counts(page)["Modifiés"] == "2"
    assert counts(page)["Inchangés"] == "38"


def stored_as(**changes) -> dict:
    """What is stored of the first of them, by somebody else than an import."""
    employee = Employee.objects.get(pk=1)
    employee.features |= changes
    employee.save()
    return employee.features


@pytest.mark.parametrize(
    ("extract", "name", "cell", "stored"),
    [
        (SIRH, "genre", "M", 1),
        (SIRH, "genre", "M", "homme"),
        (EVAL, "heure_supplementaires", "Oui", True),
        (EVAL, "heure_supplementaires", "", None),
        (EVAL, "augementation_salaire_precedente", "11 %", 11),
        (EVAL, "augementation_salaire_precedente", "11 %", "11,0"),
    ],
    ids=str,
)
def test_what_only_is_written_in_another_way_changes_nothing(
    manager, everyone, extract, name, cell, stored
):
    tables = first(40)
    tables.put(extract, 2, name, cell)
    features = stored_as(**{name: stored})

    page = upload(manager, tables)
    confirm(manager, page)

    assert (counts(page)["Changed"], counts(page)["Left as they are"]) == ("0", "40")
    assert "would change nothing" in text_of(page)
    assert Employee.objects.get(pk=1).features == features


@pytest.mark.parametrize(
    ("stored", "words"),
    [(0, "Gender Woman Man"), (2, "Gender “2” Man"), (None, "Gender – Man")],
)
def test_what_means_something_else_is_shown_alone_and_stored_as_sent(
    manager, everyone, stored, words
):
    tables = first(40)
    tables.put(SIRH, 2, "genre", "M")
    tables.put(EVAL, 2, "heure_supplementaires", "Oui")
    stored_as(genre=stored, heure_supplementaires=1)

    page = upload(manager, tables)
    confirm(manager, page)

    assert counts(page)["Changed"] == "1"
    assert f"After the import 1 {words}" in text_of(page)
    assert "Overtime" not in text_of(page)
    sent = Employee.objects.get(pk=1).features
    assert (sent["genre"], sent["heure_supplementaires"]) == ("M", "Oui")


def test_both_spellings_of_a_field_are_mended(manager, everyone):
    stored_as(augmentation_salaire_precedente="11 %")

    confirm(manager, upload(manager, first(40)))

    assert Employee.objects.get(pk=1).features == everyone[0]["features"]


def test_who_would_be_added_is_named(manager, everyone, monkeypatch):
    monkeypatch.setattr(import_preview, "MOST_SHOWN", 3)

    few, many = upload(manager, first(42, of=45)), upload(manager, first(45, of=45))

    assert text_of(few).endswith("Who would be added 41, 42")
    assert "Who would be added 41, 42, 43 and 2 more" in text_of(many)
    look = Access.objects.latest("created_at", "pk")
    assert set(look.employees.values_list("employee_id", flat=True)) == {41, 42, 43}


@pytest.mark.parametrize("features", [["age", 30], 30, {"age": {"of": 3}}], ids=str)
def test_a_row_that_sql_wrote_can_be_previewed_and_mended(manager, everyone, features):
    Employee.objects.filter(pk=1).update(features=features)

    page = upload(manager, first(40))
    confirm(manager, page)

    assert page.status_code == 200
    assert Employee.objects.get(pk=1).features == everyone[0]["features"]


def test_no_more_than_fifty_people_are_shown_one_by_one(manager, everyone, monkeypatch):
    monkeypatch.setattr(import_preview, "MOST_SHOWN", 3)
    tables = first(40)
    for line in range(2, 12):
        tables.put(SIRH, line, "age", "99")

    page = upload(manager, tables)

    assert counts(page)["Changed"] == "10"
    assert page.content.decode().count("99 years") == 0
    assert text_of(page).count("99\u00a0years") + text_of(page).count("99 years") == 3
    assert "and 7 more" in text_of(page)


def test_what_is_left_out_and_what_the_release_does_not_know_is_named(manager):
    tables = first(10)
    tables.add_column(SIRH, "signe", "lion")
    tables.put(SIRH, 2, "departement", "Nouveau pôle")

    shown = text_of(upload(manager, tables))

    assert "extrait_sirh.csv signe" in shown
    assert "Nouveau pôle (1)" in shown


def test_whom_a_preview_shows_stands_in_the_access_log(manager, everyone):
    tables = first(39)
    tables.put(SIRH, 2, "age", "99")

    upload(manager, tables, complete="on")

    look = Access.objects.latest("created_at", "pk")
    assert (look.user_name, look.page) == (
        "bob",
        "admin/attrition/employee/import/<uuid:number>/",
    )
    seen = look.employees.values_list("employee_id", flat=True)
    assert set(seen) == {1, 40}
