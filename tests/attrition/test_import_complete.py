"""`import_employees --complete`: who is in the extracts no more is archived."""

import io
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from attrition import employees
from attrition.extract_file import TARGET
from attrition.extracts import Person
from attrition.field import Extract
from attrition.models import Employee
from tests.attrition.generated import Extracts, generate
from tests.factories import EmployeeFactory

SIRH = Extract.SIRH
NOW_ISH = timedelta(minutes=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def run(folder, *options) -> list[str]:
    out = io.StringIO()
    call_command("import_employees", "--data", str(folder), *options, stdout=out)
    return out.getvalue().splitlines()


def first(count: int) -> Extracts:
    """The extracts of this many people, the same whoever else there is."""
    tables = generate(40)
    for lines in tables.lines.values():
        del lines[count + 1 :]
    return tables


def archived() -> list[int]:
    return list(Employee.objects.archived().values_list("pk", flat=True))


@pytest.fixture
def everyone(tmp_path) -> list[dict]:
    run(first(40).write(tmp_path))
    return list(Employee.objects.values())


def test_who_is_in_the_extracts_no_more_is_archived(everyone, tmp_path):
    said = run(first(38).write(tmp_path), "--complete")

    assert said == [
        "Inserted: 0, updated: 0, unchanged: 38.",
        "Archived: 2, brought back: 0.",
    ]
    assert archived() == [39, 40]
    for person in Employee.objects.archived():
        assert timezone.now() - person.archived_at < NOW_ISH
        assert person.updated_at > everyone[0]["updated_at"]


def test_archiving_is_not_erasing(everyone, tmp_path):
    run(first(38).write(tmp_path), "--complete")

    assert [person.features for person in Employee.objects.all()] == [
        row["features"] for row in everyone
    ]


def test_the_others_stay_untouched(everyone, tmp_path):
    run(first(38).write(tmp_path), "--complete")

    assert list(Employee.objects.active().values()) == everyone[:38]


def test_without_it_nobody_is_archived(everyone, tmp_path):
    said = run(first(38).write(tmp_path))

    assert said == ["Inserted: 0, updated: 0, unchanged: 38."]
    assert archived() == []


def test_who_is_archived_already_stays_so_since_then(everyone, tmp_path):
    run(first(38).write(tmp_path), "--complete")
    before = list(Employee.objects.values())

    said = run(tmp_path, "--complete")

    assert said[1] == "Archived: 0, brought back: 0."
    assert list(Employee.objects.values()) == before


@pytest.mark.parametrize("options", [[], ["--complete"]], ids=["plain", "complete"])
def test_who_is_in_the_extracts_again_comes_back(everyone, tmp_path, options):
    run(first(38).write(tmp_path), "--complete")

    said = run(first(39).write(tmp_path), *options)

    assert said == [
        "Inserted: 0, updated: 1, unchanged: 38.",
        "Archived: 0, brought back: 1.",
    ]
    assert archived() == [40]


def test_who_comes_back_is_as_the_extracts_say_now(everyone, tmp_path):
    run(first(38).write(tmp_path), "--complete")
    tables = first(40)
    tables.put(SIRH, 40, "age", "61")

    run(tables.write(tmp_path), "--complete")

    assert archived() == []
    assert Employee.objects.get(pk=39).features["age"] == 61
    assert Employee.objects.get(pk=40).features == everyone[39]["features"]


@pytest.mark.parametrize("options", [[], ["--complete"]], ids=["plain", "complete"])
def test_a_dry_run_says_it_and_stores_nothing(everyone, tmp_path, options):
    employees.archive(Employee.objects.filter(pk=1))
    before = list(Employee.objects.values())

    said = run(first(38).write(tmp_path), "--dry-run", *options)

    gone = 2 if options else 0
    assert said == [
        "Inserted: 0, updated: 1, unchanged: 37.",
        f"Archived: {gone}, brought back: 1.",
        "Nothing was stored.",
    ]
    assert list(Employee.objects.values()) == before


@pytest.mark.parametrize("options", [[], ["--dry-run"]], ids=["for real", "dry run"])
def test_part_of_an_extract_archives_nobody(everyone, tmp_path, options):
    tables = first(19)
    tables.put(SIRH, 2, "age", "61")

    with pytest.raises(CommandError) as refused:
        run(tables.write(tmp_path), "--complete", *options)

    assert str(refused.value) == (
        "21 of 40 active people are not in the extracts, and would be archived: are "
        "these the whole extracts? Nothing was stored. If they are, add --force."
    )
    assert list(Employee.objects.values()) == everyone


def test_whoever_insists_archives_most_people(everyone, tmp_path):
    said = run(first(19).write(tmp_path), "--complete", "--force")

    assert said[1] == "Archived: 21, brought back: 0."
    assert archived() == list(range(20, 41))


def test_half_of_the_people_may_leave(everyone, tmp_path):
    said = run(first(20).write(tmp_path), "--complete")

    assert said[1] == "Archived: 20, brought back: 0."


@pytest.mark.parametrize(("stored", "refused"), [(10, False), (11, True)])
def test_nine_people_may_leave_a_small_company_and_ten_may_not(
    tmp_path, stored, refused
):
    run(first(stored).write(tmp_path))
    again = first(1).write(tmp_path)

    if refused:
        with pytest.raises(CommandError):
            run(again, "--complete")
        assert archived() == []
    else:
        run(again, "--complete")
        assert len(archived()) == 9


def test_who_left_before_does_not_count_as_one_of_the_people_there_are(tmp_path):
    run(first(40).write(tmp_path))
    employees.archive(Employee.objects.filter(pk__gt=20))

    with pytest.raises(CommandError, match="11 of 20 active"):
        run(first(9).write(tmp_path), "--complete")


def test_insisting_without_saying_on_what_is_refused(tmp_path):
    with pytest.raises(CommandError, match="--complete"):
        run(first(3).write(tmp_path), "--force")

    assert not Employee.objects.exists()


def test_a_bad_row_archives_nobody(everyone, tmp_path):
    tables = first(38)
    tables.put(SIRH, 2, "age", "5")

    with pytest.raises(CommandError):
        run(tables.write(tmp_path), "--complete")

    assert list(Employee.objects.values()) == everyone


def test_the_outcome_is_not_read_to_know_who_has_left(everyone, tmp_path):
    tables = first(40)
    tables.add_column(SIRH, TARGET, "Oui")

    run(tables.write(tmp_path), "--complete")

    assert archived() == []


def test_a_row_that_the_seeds_own_sql_inserts_is_active(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO employees (employee_id, features) VALUES (1, '{\"age\": 30}')"
        )

    assert Employee.objects.active().get().archived_at is None


def test_the_seeds_fixture_loads_active_people():
    call_command("loaddata", "seed", verbosity=0)

    assert Employee.objects.active().count() == Employee.objects.count() == 8


def test_archiving_and_bringing_back_say_whom_they_changed():
    for pk in (3, 1, 2):
        EmployeeFactory(pk=pk)

    assert employees.archive(Employee.objects.filter(pk__lt=3)) == [1, 2]
    assert employees.archive(Employee.objects.all()) == [3]
    assert employees.bring_back(Employee.objects.filter(pk=2)) == [2]
    assert employees.bring_back(Employee.objects.active()) == []
    assert archived() == [1, 3]


def test_who_is_gone_is_decided_once_all_that_was_begun_is_stored(committing):
    """Somebody is being brought back: the import waits, and archives them again."""
    person = Person(1, {"age": 30}, left=None)
    employees.store([person])
    EmployeeFactory(pk=2)
    employees.archive(Employee.objects.filter(pk=2))
    has_put, has_begun = threading.Event(), threading.Event()

    def put() -> None:
        with transaction.atomic():
            employees.put({2: {"age": 40}})
            has_put.set()
            has_begun.wait(timeout=10)
        connection.close()

    thread = threading.Thread(target=put)
    thread.start()
    has_put.wait(timeout=10)
    timer = threading.Timer(0.2, has_begun.set)
    timer.start()
    counted = employees.store([person], complete=True)
    thread.join()
    timer.join()

    assert counted.archived == 1
    assert archived() == [2]
