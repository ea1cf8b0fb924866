"""The three CSV extracts become people, in whatever way they were saved."""

import pytest

from attrition import extracts, features
from attrition.extract_file import TARGET
from attrition.field import Extract, Kind
from attrition.validation import STORABLE
from tests.attrition.generated import rewrite

SIRH, EVAL, SONDAGE = Extract
PAY_RISE = "augementation_salaire_precedente"


def test_each_employee_is_joined_from_the_three_files(tables, folder):
    tables.put(SIRH, 4, "age", "44")
    tables.put(EVAL, 4, "heure_supplementaires", "Oui")
    tables.put(SONDAGE, 4, "frequence_deplacement", "Frequent")
    tables.put(SONDAGE, 4, TARGET, "Oui")
    tables.write(folder)

    people = extracts.read(folder, with_outcome=True).people

    assert [person.employee_id for person in people] == list(range(1, 11))
    third = people[2]
    assert third.left is True
    assert third.features["age"] == 44
    assert third.features["heure_supplementaires"] == "Oui"
    assert third.features["frequence_deplacement"] == "Frequent"
    assert third.features["eval_number"] == "E_3"
    assert third.features["code_sondage"] == 3


def test_every_field_of_the_extracts_arrives(tables, folder):
    tables.write(folder)

    [first, *_] = extracts.read(folder, with_outcome=False).people

    carried = {field.name for field in features.FIELDS if field.source}
    assert first.features.keys() == carried
    STORABLE.validate(first.features)


def test_cells_become_what_json_would_hold(tables, folder):
    tables.put(SIRH, 2, "age", "44")
    tables.put(SIRH, 2, "revenu_mensuel", "3447.50")
    tables.put(SIRH, 2, "poste", " 12 ")
    tables.put(EVAL, 2, PAY_RISE, "11 %")
    tables.put(SONDAGE, 2, "distance_domicile_travail", "7")
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False).people[0].features

    assert found["age"] == 44
    assert type(found["age"]) is int
    assert found["revenu_mensuel"] == 3447.5
    assert found["poste"] == "12"
    assert found[PAY_RISE] == "11 %"
    assert found["distance_domicile_travail"] == 7


@pytest.mark.parametrize(
    ("cell", "percent"),
    [("11 %", 11.0), ("11", 11.0), ("0.11", 11.0), ("0,11", 11.0), ("0,5 %", 0.5)],
)
def test_a_pay_rise_means_the_same_in_a_cell_as_in_json(tables, folder, cell, percent):
    tables.put(EVAL, 2, PAY_RISE, cell)
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False).people[0].features

    assert STORABLE.validate(found)[PAY_RISE] == percent


def test_the_correct_spelling_of_the_pay_rise_is_a_column_too(tables, folder):
    tables.put(EVAL, 2, PAY_RISE, "12 %")
    tables.put(EVAL, 1, PAY_RISE, "augmentation_salaire_precedente")
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False).people[0].features

    assert found[PAY_RISE] == "12 %"


def test_an_empty_cell_is_a_missing_value(tables, folder):
    tables.put(SIRH, 2, "revenu_mensuel", " ")
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False).people[0].features

    assert "revenu_mensuel" not in found


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8-sig"), (";", "utf-8"), (";", "utf-8-sig")],
    ids=["byte-order mark", "semicolons and decimal commas", "both"],
)
def test_the_ways_of_office_software_are_accepted(
    tables, folder, tmp_path, delimiter, encoding
):
    plain = extracts.read(tables.write(tmp_path / "plain"), with_outcome=True)
    tables.write(folder, delimiter=delimiter, encoding=encoding)

    assert extracts.read(folder, with_outcome=True) == plain


def test_a_quoted_decimal_comma_is_accepted_between_commas(tables, folder):
    tables.put(SIRH, 2, "revenu_mensuel", "3447,50")
    tables.write(folder)

    assert '"3447,50"' in (folder / "extrait_sirh.csv").read_text()
    found = extracts.read(folder, with_outcome=False).people[0].features
    assert found["revenu_mensuel"] == 3447.5


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\r\n", b"\n"),
        lambda text: text + b"\r\n\r\n",
        lambda text: text.replace(b"\r\n", b"\r\n\r\n"),
        lambda text: text.replace(b",", b" , "),
    ],
    ids=["unix line ends", "empty lines at the end", "empty lines", "spaces"],
)
def test_small_differences_of_layout_are_accepted(tables, folder, tmp_path, change):
    plain = extracts.read(tables.write(tmp_path / "plain"), with_outcome=True)
    tables.write(folder)

    for extract in Extract:
        rewrite(folder, extract, change)

    assert extracts.read(folder, with_outcome=True) == plain


def test_the_order_of_lines_and_columns_does_not_matter(tables, folder, tmp_path):
    plain = extracts.read(tables.write(tmp_path / "plain"), with_outcome=True)
    tables.lines[EVAL][1:] = reversed(tables.lines[EVAL][1:])
    tables.lines[SONDAGE] = [line[::-1] for line in tables.lines[SONDAGE]]
    tables.write(folder)

    assert extracts.read(folder, with_outcome=True) == plain


def test_columns_that_the_table_does_not_know_are_left_out_and_named(tables, folder):
    tables.add_column(SIRH, "couleur_preferee", "bleu")
    tables.add_column(SONDAGE, "signe", "lion")
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False)

    assert found.ignored_columns == {
        "extrait_sirh.csv": ["couleur_preferee"],
        "extrait_sondage.csv": ["signe"],
    }
    assert "couleur_preferee" not in found.people[0].features


def test_an_empty_column_is_not_worth_a_word(tables, folder):
    tables.add_column(SIRH, "", "")
    tables.write(folder)

    assert extracts.read(folder, with_outcome=False).ignored_columns == {}


def test_a_constant_column_may_be_missing(tables, folder):
    constants = [f for f in features.FIELDS if f.kind is Kind.CONSTANT and f.source]
    for field in constants:
        tables.drop_column(field.source, field.name)
    tables.write(folder)

    people = extracts.read(folder, with_outcome=True).people

    assert len(people) == 10
    assert not people[0].features.keys() & {field.name for field in constants}


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("Oui", True),
        ("oui", True),
        (" OUI ", True),
        ("Yes", True),
        ("Non", False),
        ("NON", False),
        ("no", False),
    ],
)
def test_the_outcome_is_oui_or_non_in_any_case(tables, folder, cell, left):
    tables.put(SONDAGE, 2, TARGET, cell)
    tables.write(folder)

    assert extracts.read(folder, with_outcome=True).people[0].left is left


def test_without_asking_the_outcome_is_not_even_read(tables, folder):
    tables.put(SONDAGE, 2, TARGET, "peut-être")
    tables.write(folder)

    found = extracts.read(folder, with_outcome=False)

    assert all(person.left is None for person in found.people)
    assert not any(TARGET in person.features for person in found.people)
    assert found.ignored_columns == {}


def test_without_asking_the_outcomes_column_may_be_missing(tables, folder):
    tables.drop_column(SONDAGE, TARGET)
    tables.write(folder)

    assert len(extracts.read(folder, with_outcome=False).people) == 10
