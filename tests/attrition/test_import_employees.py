"""`import_employees` stores everyone of the extracts, or nobody."""

import hashlib
import io
import re

import pytest
from django.core.management import CommandError, call_command

from attrition.extract_file import TARGET
from attrition.field import Extract
from attrition.models import Employee, EmployeeImport
from tests import shipped
from tests.attrition.generated import generate

SIRH, EVAL, SONDAGE = Extract

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def run(folder, *options) -> str:
    out = io.StringIO()
    call_command("import_employees", "--data", str(folder), *options, stdout=out)
    return out.getvalue()


def counts(text: str) -> tuple[int, ...]:
    """Inserted, updated, unchanged."""
    return tuple(int(number) for number in re.findall(r": (\d+)", text))


def test_everyone_is_inserted(tables, tmp_path):
    text = run(tables.write(tmp_path))

    assert counts(text) == (10, 0, 0)
    assert Employee.objects.count() == 10
    assert Employee.objects.get(pk=3).features["eval_number"] == "E_3"


def test_importing_twice_is_importing_once(tables, tmp_path):
    run(tables.write(tmp_path))
    stored = list(Employee.objects.values())

    text = run(tmp_path)

    assert counts(text) == (0, 0, 10)
    assert list(Employee.objects.values()) == stored


def test_the_same_people_in_office_softwares_ways_are_unchanged(tables, tmp_path):
    run(tables.write(tmp_path))

    text = run(tables.write(tmp_path, delimiter=";", encoding="utf-8-sig"))

    assert counts(text) == (0, 0, 10)


def test_new_changed_and_unchanged_people_are_counted(tables, tmp_path):
    run(tables.write(tmp_path))
    before = {employee.pk: employee for employee in Employee.objects.all()}
    tables = generate(12)
    tables.put(SIRH, 2, "age", "61")
    tables.put(EVAL, 3, "heure_supplementaires", "")

    text = run(tables.write(tmp_path))

    assert counts(text) == (2, 2, 8)
    first, second, third, *_ = Employee.objects.all()
    assert first.features["age"] == 61
    assert "heure_supplementaires" not in second.features
    assert first.updated_at > before[1].updated_at
    assert first.created_at == before[1].created_at
    assert third.updated_at == before[3].updated_at


def test_identifiers_of_other_systems_survive_an_import(tables, tmp_path):
    run(tables.write(tmp_path))
    person = Employee.objects.get(pk=1)
    person.features |= {"employee_id_anon": "emp_1", "evolution_note": 1, "age": 99}
    person.save()

    run(tables.write(tmp_path))
    text = run(tables.write(tmp_path))

    person.refresh_from_db()
    assert person.features["employee_id_anon"] == "emp_1"
    assert person.features["age"] != 99
    assert "evolution_note" not in person.features
    assert counts(text) == (0, 0, Employee.objects.count())


def test_people_whom_another_import_has_just_inserted_are_updated(
    tables, tmp_path, monkeypatch
):
    run(tables.write(tmp_path))
    tables.put(SIRH, 2, "age", "61")
    # Two at once: this one has looked before the other one stored anybody.
    monkeypatch.setattr(Employee.objects, "in_bulk", lambda ids: {})

    run(tables.write(tmp_path))

    assert Employee.objects.count() == 10
    assert Employee.objects.get(pk=1).features["age"] == 61


def test_new_and_changed_people_are_stored_in_the_order_of_their_numbers(
    tables, tmp_path, monkeypatch
):
    run(generate(10).write(tmp_path))
    Employee.objects.filter(pk=3).update(features={"age": 30})
    Employee.objects.filter(pk=7).delete()
    stored = []
    monkeypatch.setattr(
        Employee.objects, "bulk_create", lambda people, **_: stored.extend(people)
    )

    run(tmp_path)

    assert [person.pk for person in stored] == [3, 7]


@pytest.mark.parametrize("features", [["age", 30], 30], ids=["list", "number"])
def test_a_row_that_sql_wrote_as_no_object_is_mended(tables, tmp_path, features):
    Employee.objects.create(pk=1, features=features)

    text = run(tables.write(tmp_path))

    assert counts(text) == (9, 1, 0)
    assert Employee.objects.get(pk=1).features["eval_number"] == "E_1"


def test_categories_that_the_release_does_not_know_are_stored_and_named(
    tables, tmp_path, english, capsys
):
    tables.put(SIRH, 2, "departement", "Nouveau pôle")
    tables.put(SIRH, 3, "departement", "Nouveau pôle")

    run(tables.write(tmp_path))

    assert Employee.objects.get(pk=1).features["departement"] == "Nouveau pôle"
    said = capsys.readouterr().err
    release = f"Release {shipped.SERVES}"
    assert f"{release} does not know, and will not score, departement:" in said
    assert "Nouveau pôle (2)" in said


def test_people_who_are_in_no_extract_stay(employee, tables, tmp_path):
    run(tables.write(tmp_path))

    assert Employee.objects.get(pk=669).features == employee.features


def test_an_import_is_on_record_and_a_dry_run_is_not(tables, tmp_path):
    folder = tables.write(tmp_path)
    run(folder, "--dry-run")
    assert not EmployeeImport.objects.exists()

    run(folder, "--complete")

    row = EmployeeImport.objects.get()
    assert (row.way, row.user_name, row.complete) == ("command", "", True)
    assert (row.inserted, row.updated, row.archived) == (10, 0, 0)
    digest = hashlib.sha256((folder / "extrait_sirh.csv").read_bytes()).hexdigest()
    assert row.files["extrait_sirh.csv"] == {
        "name": "extrait_sirh.csv",
        "sha256": digest,
    }


def test_a_dry_run_counts_and_stores_nothing(tables, tmp_path):
    text = run(tables.write(tmp_path), "--dry-run")

    assert counts(text) == (10, 0, 0)
    assert "Nothing was stored." in text
    assert not Employee.objects.exists()


def test_a_dry_run_changes_nobody(tables, tmp_path):
    run(tables.write(tmp_path))
    stored = list(Employee.objects.values())
    tables.put(SIRH, 2, "age", "61")

    text = run(tables.write(tmp_path), "--dry-run")

    assert counts(text) == (0, 1, 9)
    assert list(Employee.objects.values()) == stored


def test_the_outcome_is_never_stored(tables, tmp_path):
    tables.add_column(SIRH, TARGET, "Oui")

    text = run(tables.write(tmp_path))

    assert TARGET not in text
    assert not any(TARGET in e.features for e in Employee.objects.all())


@pytest.mark.parametrize("cell", ["", "peut-être"])
def test_the_outcome_is_not_even_read(tables, tmp_path, cell):
    tables.put(SONDAGE, 2, TARGET, cell)

    assert counts(run(tables.write(tmp_path))) == (10, 0, 0)


def test_the_outcomes_column_may_be_missing(tables, tmp_path):
    tables.drop_column(SONDAGE, TARGET)

    assert counts(run(tables.write(tmp_path))) == (10, 0, 0)


def test_the_columns_left_out_are_named_with_their_file(tables, tmp_path):
    tables.add_column(SIRH, "couleur_preferee", "bleu")
    tables.add_column(SIRH, "signe", "lion")

    text = run(tables.write(tmp_path))

    assert "extrait_sirh.csv: left out couleur_preferee, signe." in text
    assert Employee.objects.count() == 10


def test_one_bad_cell_stores_nobody_and_is_told_with_its_place(tables, tmp_path):
    tables.put(SIRH, 11, "age", "5")

    with pytest.raises(CommandError) as caught:
        run(tables.write(tmp_path))

    told = "extrait_sirh.csv:11: age must be from 16 to 100 years.\nNothing was stored."
    assert str(caught.value) == told
    assert not Employee.objects.exists()


def test_a_bad_file_changes_nobody_who_is_stored(tables, tmp_path):
    run(tables.write(tmp_path))
    stored = list(Employee.objects.values())
    tables.put(SIRH, 2, "age", "61")
    tables.put(SONDAGE, 11, "niveau_education", "9")

    with pytest.raises(CommandError):
        run(tables.write(tmp_path))

    assert list(Employee.objects.values()) == stored


@pytest.mark.parametrize(
    ("bad_lines", "more"), [(20, None), (21, "… and 1 more."), (30, "… and 10 more.")]
)
def test_more_than_twenty_problems_are_cut_and_counted(tmp_path, bad_lines, more):
    tables = generate(40)
    for line in range(2, bad_lines + 2):
        tables.put(SIRH, line, "age", "5")

    with pytest.raises(CommandError) as caught:
        run(tables.write(tmp_path))

    lines = str(caught.value).split("\n")
    assert [line.split(" ")[0] for line in lines[:20]] == [
        f"extrait_sirh.csv:{line}:" for line in range(2, 22)
    ]
    assert lines[20:] == [*([more] if more else []), "Nothing was stored."]


def test_the_folder_must_be_named():
    with pytest.raises(CommandError, match="--data"):
        call_command("import_employees")
