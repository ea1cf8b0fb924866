"""The figures that `summarise_log` keeps are those of a hand count, whatever comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from attrition.models import Employee
from predictions.models import (
    DaySummary,
    DayToCount,
    DepartmentSummary,
    Prediction,
    Refusal,
    RefusalSummary,
    SealCheck,
    SummaryProgress,
)
from predictions.proof import sealing
from predictions.summaries import days, departments, keeping, progress, seals
from predictions.summaries.logs import PREDICTIONS
from tests.factories import EmployeeFactory, seed_features
from tests.predictions.tampering import change, without_triggers

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 1)


@pytest.fixture
def answer(log_row):
    """A row with the class that its probability has."""

    def write(probability: float, created_at: datetime = NOON, **changes):
        threshold = changes.setdefault("threshold", 0.33)
        return log_row(
            proba_depart=probability,
            prediction=int(probability >= threshold),
            created_at=created_at,
            **changes,
        )

    return write


def keep() -> int:
    return keeping.Summariser().keep()


def figures() -> dict[tuple[date, str], tuple[int, int]]:
    found = DaySummary.objects.all()
    return {(row.day, row.model_version): (row.count, row.above) for row in found}


def test_a_day_is_counted_by_release_with_a_histogram(answer):
    for probability in (0.0, 0.04, 0.05, 0.15, 0.33, 0.35, 0.999, 1.0):
        answer(probability)
    answer(0.6, model_version="1.0.0", threshold=0.5)

    keep()

    assert figures() == {(DAY, "1.1.0"): (8, 4), (DAY, "1.0.0"): (1, 1)}
    bins = DaySummary.objects.get(model_version="1.1.0").bins
    expected = {0: 2, 1: 1, 3: 1, 6: 1, 7: 1, 19: 2}
    assert {place: n for place, n in enumerate(bins) if n} == expected
    assert len(bins) == 20


def test_both_thresholds_of_a_day_stand_beside_its_figures(answer):
    answer(0.4, threshold=0.33)
    answer(0.4, threshold=0.5)

    keep()

    row = DaySummary.objects.get()
    assert (row.lowest_threshold, row.highest_threshold) == (0.33, 0.5)
    assert (row.count, row.above) == (2, 1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-01T22:59:59.999999Z", date(2026, 3, 1)),
        ("2026-03-01T23:00:00Z", date(2026, 3, 2)),
        ("2026-03-28T23:00:00Z", date(2026, 3, 29)),  # 23 hours long
        ("2026-03-29T21:59:59Z", date(2026, 3, 29)),
        ("2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("2026-10-25T22:59:59Z", date(2026, 10, 25)),  # 25 hours long
        ("2026-10-25T23:00:00Z", date(2026, 10, 26)),
    ],
)
def test_a_day_begins_at_midnight_in_paris(answer, moment, day):
    answer(0.4, datetime.fromisoformat(moment))

    keep()

    assert figures() == {(day, "1.1.0"): (1, 1)}


def test_another_time_zone_has_other_days(answer, settings):
    answer(0.4, datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    keep()
    assert list(figures()) == [(date(2026, 3, 2), "1.1.0")]

    settings.TIME_ZONE = "America/New_York"
    timezone.get_default_timezone.cache_clear()
    try:
        keep()
        assert list(figures()) == [(date(2026, 3, 1), "1.1.0")]
    finally:
        settings.TIME_ZONE = "Europe/Paris"
        timezone.get_default_timezone.cache_clear()


def test_only_days_with_new_rows_are_counted(answer):
    for i in range(5):
        answer(0.4, NOON + timedelta(days=i))
    assert keep() == 5

    answer(0.4, NOON + timedelta(days=2))

    assert keep() == 1
    assert figures()[date(2026, 3, 3), "1.1.0"] == (2, 2)
    assert keep() == 0


def test_rows_with_old_times_are_counted_in_their_days(answer):
    answer(0.4)
    keep()

    answer(0.1, NOON - timedelta(days=2000))
    answer(0.4, NOON - timedelta(days=2000), model_version="0.9.0")

    assert keep() == 1
    old = (NOON - timedelta(days=2000)).date()
    assert figures() == {
        (DAY, "1.1.0"): (1, 1),
        (old, "1.1.0"): (1, 0),
        (old, "0.9.0"): (1, 1),
    }


def test_a_row_that_commits_late_is_counted(answer):
    first = answer(0.4)
    answer(0.4, pk=first.pk + 3)
    keep()
    gaps = SummaryProgress.objects.get(pk="predictions").gaps
    assert [gap[:2] for gap in gaps][-1] == [first.pk + 1, first.pk + 2]

    answer(0.1, NOON - timedelta(days=1), pk=first.pk + 1)

    assert keep() == 1
    assert sum(count for count, _ in figures().values()) == 3
    assert keep() == 0


def test_rows_that_are_read_in_parts_are_all_counted(answer, monkeypatch):
    monkeypatch.setattr(days, "READ_AT_ONCE", 2)
    for i in range(7):
        answer(0.4, NOON + timedelta(days=i % 3))

    keep()

    assert sum(count for count, _ in figures().values()) == 7


def test_a_row_that_comes_while_its_day_is_counted_is_not_lost(answer, monkeypatch):
    answer(0.4)
    days.note_days(PREDICTIONS)
    count = type(PREDICTIONS).figures

    def and_then_a_row(log, day):
        found = count(log, day)
        monkeypatch.undo()
        answer(0.1)
        days.note_days(PREDICTIONS)
        return found

    monkeypatch.setattr(type(PREDICTIONS), "figures", and_then_a_row)

    assert not days.count_day(PREDICTIONS, DAY)
    assert figures() == {}
    assert days.keep(PREDICTIONS) == 1
    assert figures() == {(DAY, "1.1.0"): (2, 1)}


def test_a_run_that_was_overtaken_puts_no_old_figures_over_new_ones(
    answer, monkeypatch
):
    answer(0.4)
    days.note_days(PREDICTIONS)
    count = type(PREDICTIONS).figures

    def while_another_runs(log, day):
        found = count(log, day)
        monkeypatch.undo()
        answer(0.1)
        keep()
        return found

    monkeypatch.setattr(type(PREDICTIONS), "figures", while_another_runs)
    days.count_day(PREDICTIONS, DAY)

    assert figures() == {(DAY, "1.1.0"): (2, 1)}


def test_one_that_reads_the_log_twice_at_once_notes_its_days_once(answer, monkeypatch):
    answer(0.4)
    read = days._read

    def while_another_runs(log, *condition, **named):
        found = read(log, *condition, **named)
        monkeypatch.undo()
        keep()
        return found

    monkeypatch.setattr(days, "_read", while_another_runs)
    days.note_days(PREDICTIONS)

    assert not DayToCount.objects.exists()
    assert keep() == 0


class Killed(BaseException):
    """As `kill -9`: nothing catches it."""


def killed(*args, **kwargs):
    raise Killed


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (DaySummary.objects, "bulk_create"),
        (type(PREDICTIONS), "figures"),
        (DayToCount.objects, "bulk_create"),
    ],
    ids=["writing a day", "counting a day", "noting days"],
)
def test_a_run_that_is_killed_leaves_nothing_out(answer, monkeypatch, where, what):
    for i in range(3):
        answer(0.4, NOON + timedelta(days=i))
    keep()
    for i in range(3):
        answer(0.1, NOON + timedelta(days=i))
    target = type(where) if what == "bulk_create" else where
    monkeypatch.setattr(target, what, killed)
    with pytest.raises(Killed), transaction.atomic():
        keep()
    monkeypatch.undo()

    keep()

    assert [row[0] for row in figures().values()] == [2, 2, 2]
    assert not DayToCount.objects.exists()


def test_a_run_is_killed_between_two_days(answer, monkeypatch):
    for i in range(3):
        answer(0.4, NOON + timedelta(days=i))
    count, counted = days.count_day, []

    def once(log, day):
        if counted:
            raise Killed
        counted.append(day)
        return count(log, day)

    monkeypatch.setattr(days, "count_day", once)
    with pytest.raises(Killed):
        keep()
    monkeypatch.undo()
    assert len(figures()) == 1
    assert SummaryProgress.objects.get(pk="predictions").counted_at is None

    assert keep() == 2
    assert len(figures()) == 3
    assert SummaryProgress.objects.get(pk="predictions").counted_at


def test_counting_anew_gives_the_same(answer, run):
    for i in range(3):
        answer(0.4, NOON + timedelta(days=i))
    keep()
    before = figures()
    DaySummary.objects.update(count=99)

    out, _ = run("summarise_log", "--anew")

    assert figures() == before
    assert "3" in out


# Departments


def person(number: int, department: str | None = "Commercial") -> None:
    EmployeeFactory(
        employee_id=number, features=seed_features() | {"departement": department}
    )


def by_department() -> dict[tuple[str, str], tuple[int, int, float]]:
    return {
        (row.department, row.model_version): (
            row.people,
            row.above,
            pytest.approx(row.mean_probability),
        )
        for row in DepartmentSummary.objects.all()
    }


def test_each_person_counts_once_by_the_latest_answer(answer):
    for number, department in ((1, "Commercial"), (2, "Commercial"), (3, "Consulting")):
        person(number, department)
    answer(0.9, employee_id=1)
    answer(0.1, NOON + timedelta(hours=1), employee_id=1)
    answer(0.4, employee_id=2)
    answer(0.7, NOON - timedelta(days=9), employee_id=2)  # written later, asked before
    answer(0.5, employee_id=3, model_version="1.0.0", threshold=0.5)
    answer(0.9, employee_id=99)  # nobody stored
    answer(0.9)

    keep()

    assert by_department() == {
        ("Commercial", "1.1.0"): (2, 1, 0.25),
        ("Consulting", "1.0.0"): (1, 1, 0.5),
    }


def test_who_has_not_enough_data_is_on_no_side_of_the_threshold(answer):
    thin = [{"code": "thin_evidence", "fields": []}]
    for number, warnings in ((1, thin), (2, [])):
        person(number)
        answer(0.9, employee_id=number, warnings=warnings)

    keep()

    assert list(figures().values()) == [(2, 1)]
    assert [above for _, above, _ in by_department().values()] == [1]


def test_people_without_a_department_are_counted_together(answer):
    person(1, None)
    person(2, "")
    EmployeeFactory(employee_id=3, features={"age": 30})
    for number, probability in ((1, 0.1), (2, 0.4), (3, 0.7)):
        answer(probability, employee_id=number)

    keep()

    assert by_department() == {("", "1.1.0"): (3, 2, 0.4)}


def test_who_changes_department_is_counted_in_the_new_one(answer):
    person(1)
    answer(0.4, employee_id=1)
    keep()

    employee = Prediction.objects.get().employee
    employee.features["departement"] = "Consulting"
    employee.save()
    keep()

    assert list(by_department()) == [("Consulting", "1.1.0")]


def test_who_has_left_is_counted_in_no_department(answer):
    for number in (1, 2):
        person(number)
        answer(0.4, employee_id=number)
    keep()

    Employee.objects.filter(pk=2).update(
        archived_at=timezone.now(), updated_at=timezone.now()
    )
    keep()

    assert [people for people, *_ in by_department().values()] == [1]


def test_departments_are_not_counted_again_for_nothing(answer):
    person(1)
    answer(0.4, employee_id=1)
    keep()

    assert not departments.keep()


def test_what_reads_much_rests_in_proportion():
    now, calls = [0.0], []

    def work():
        calls.append(now[0])
        now[0] += 2

    paced = keeping.Paced(work, clock=lambda: now[0])
    for _ in range(10):
        paced()
        now[0] += 10

    assert calls == [0.0, 42.0, 84.0][: len(calls)]
    assert len(calls) == 3


# Refusals


def test_refusals_are_counted_by_day_and_reason(db):
    for hours, code in ((0, "missing"), (1, "missing"), (2, "too_large"), (11, "x")):
        Refusal.objects.create(
            route="predict",
            status=422,
            code=code,
            request_id="r",
            created_at=NOON + timedelta(hours=hours),
        )

    keep()

    found = RefusalSummary.objects.values_list("day", "code", "count")
    assert set(found) == {
        (DAY, "missing", 2),
        (DAY, "too_large", 1),
        (date(2026, 3, 2), "x", 1),
    }


# The newest seal


def test_the_newest_seal_is_verified(answer):
    assert seals.keep() is None
    for _ in range(2):
        answer(0.4)
        sealing.seal_once(None)

    found = seals.keep()

    assert (found.seal, found.rows, found.findings) == (2, 1, 0)
    assert SealCheck.objects.get() == found


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("predictions", ("threshold", 0.2)),
        ("seal", "UPDATE prediction_seals SET root = 'ff' WHERE number = 2"),
        ("link", "UPDATE prediction_seals SET seal_hash = 'ff' WHERE number = 1"),
        ("seal before", "DELETE FROM prediction_seals WHERE number = 1"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_a_newest_seal_that_does_not_hold_is_told(answer, table, statement):
    rows = []
    for _ in range(2):
        rows.append(answer(0.4))
        sealing.seal_once(None)
    with without_triggers():
        if table == "predictions":
            change(rows[1].pk, *statement)
        else:
            with connection.cursor() as cursor:
                if "DELETE" in statement:
                    cursor.execute("DELETE FROM prediction_seal_rows WHERE seal_id = 1")
                cursor.execute(statement)

    assert seals.keep().findings > 0


def test_older_rows_are_left_to_the_whole_verification(answer):
    old = answer(0.4)
    sealing.seal_once(None)
    answer(0.4)
    sealing.seal_once(None)
    with without_triggers():
        change(old.pk, "threshold", 0.2)

    assert seals.keep().findings == 0


def test_a_bad_key_is_told_and_the_days_are_counted(answer, settings, run):
    answer(0.4)
    sealing.seal_once(None)
    settings.SEAL_PUBLIC_KEYS = ["no key"]

    with pytest.raises(CommandError, match="public key"):
        run("summarise_log")

    assert len(figures()) == 1


def test_nobody_else_writes_under_a_version_that_is_gone(db):
    found = progress.progress_of("predictions")

    assert progress.is_first(found, last_id=1)
    assert not progress.is_first(found, last_id=2)
    assert progress.progress_of("predictions").last_id == 1
