"""`import_poc`: each row of the old log once, with its number and its time."""

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from attrition.models import Employee
from predictions.models import Erasure, Prediction, Source
from predictions.poc import source
from predictions.poc.copying import Copying
from predictions.proof import sealing
from tests import seed_database
from tests.factories import seed_features
from tests.predictions.tampering import execute
from tests.seed_database import answer, person

NAMES = ("proba_depart", "prediction", "threshold", "model_version", "employee_id")


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def numbers() -> list[int]:
    return list(Prediction.objects.order_by("pk").values_list("pk", flat=True))


def test_people_and_answers_come_with_their_numbers_and_times(old, copy):
    people, answers = seed_database.the_usual()
    old.fill(people, answers)

    code, out = copy()

    assert code == 0
    assert "Employees: 8 copied, 0 here already" in out
    assert "Predictions: 4 copied, 0 here already, 0 did not fit." in out
    assert numbers() == [1, 2, 4, 5]
    row = Prediction.objects.get(pk=4)
    assert [getattr(row, name) for name in NAMES] == [0.25, 0, 0.5, "logreg_v1", 669]
    assert row.created_at.isoformat() == "2026-02-03T10:11:12.345678+00:00"
    assert row.input_payload == seed_features() | {"bonus_inconnu": None}
    assert (row.source, row.artifact_sha256) == (Source.IMPORTED, "")
    stored = Employee.objects.get(pk=669)
    assert stored.features == seed_features()
    assert stored.created_at == row.created_at


def test_twice_is_once(old, copy):
    old.fill(*seed_database.the_usual())
    copy()
    before = list(Prediction.objects.order_by("pk").values())
    people = list(Employee.objects.values())

    code, out = copy()

    assert code == 0
    assert "Employees: 0 copied, 8 here already" in out
    assert "Predictions: 0 copied, 4 here already, 0 did not fit." in out
    assert list(Prediction.objects.order_by("pk").values()) == before
    assert list(Employee.objects.values()) == people


def test_what_came_since_is_copied_by_the_next_run(old, copy):
    old.fill([], [answer(1)])
    copy()
    old.fill([], [answer(7)])

    _, out = copy()

    assert "Predictions: 1 copied, 1 here already" in out
    assert numbers() == [1, 7]


def test_a_dry_run_prints_the_same_counts_and_writes_nothing(old, copy, make_committed):
    people, answers = seed_database.the_usual()
    old.fill([*people, person(12, age=200)], [*answers, answer(9, proba_depart=2)])

    dry_code, dry = copy("--dry-run")

    assert not Prediction.objects.exists()
    assert not Employee.objects.exists()
    code, out = copy()
    assert dry_code == code == 1
    assert dry == out + "Dry run: nothing was written.\n"


def test_a_dry_run_takes_no_numbers(old, copy, make_committed):
    old.fill([], [answer(500)])
    copy("--dry-run")

    assert make_committed().pk == 1


def test_the_next_answer_has_a_number_beyond(old, copy, make_committed):
    old.fill([], [answer(1), answer(500)])
    copy()

    assert make_committed().pk == 501


def test_the_first_number_alone_is_passed_over_too(old, copy, make_committed):
    old.fill([], [answer(1)])
    copy()

    assert make_committed().pk == 2


def test_who_is_answered_during_the_copy_takes_none_of_its_numbers(
    old, copy, make_committed, monkeypatch
):
    monkeypatch.setattr(source, "CHUNK", 2)
    old.fill([], [answer(number) for number in range(1, 8)])
    taken = []

    def answer_somebody(count: int) -> None:
        taken.append(make_committed().pk)

    with source.opened(old.url) as found:
        copying = Copying(found, dry_run=False, advance=answer_somebody)
        copying.answers(lambda number, why: None)

    assert taken == [8, 9, 10, 11]
    assert numbers() == list(range(1, 12))


def test_numbers_that_this_service_has_used_are_named_and_stay(
    old, copy, make_committed
):
    mine = make_committed()
    old.fill([], [answer(mine.pk), answer(mine.pk + 1)])

    code, out = copy()

    assert code == 1
    assert f"prediction {mine.pk}: not copied: its number is that of an answer" in out
    assert "only into a database in which nobody was answered yet" in out
    assert Prediction.objects.get(pk=mine.pk).source == Source.API
    assert numbers() == [mine.pk, mine.pk + 1]


def test_an_old_row_that_was_changed_since_is_named_and_stays(old, copy):
    old.fill([], [answer(1), answer(2)])
    copy()
    old.run("UPDATE predictions SET proba_depart = 0.9 WHERE id = 1")
    old.run("""UPDATE predictions SET input_payload = '{"age": 30}' WHERE id = 2""")

    code, out = copy()

    assert code == 1
    for number in (1, 2):
        assert f"prediction {number}: not copied: it was copied before and is an" in out
    assert Prediction.objects.get(pk=1).proba_depart == 0.7300000000000001


def test_whoever_was_erased_here_does_not_come_back(old, copy):
    old.fill([person(669)], [answer(1, employee_id=669)])
    copy()
    Erasure.objects.create(prediction_id=1, user_name="ana", reason="art. 17")
    execute(
        "UPDATE predictions SET input_payload = NULL, payload_salt = NULL, "
        "employee_id = NULL WHERE id = %s",
        1,
    )

    code, out = copy()

    assert code == 0
    assert "Predictions: 0 copied, 1 here already" in out
    assert Prediction.objects.get().input_payload is None


def test_people_who_are_stored_here_stay_as_they_are(old, copy):
    Employee.objects.create(pk=669, features=seed_features() | {"age": 44})
    old.fill([person(669), person(670)], [])

    _, out = copy()

    assert "Employees: 1 copied, 0 here already, 1 here with other features" in out
    assert Employee.objects.get(pk=669).features["age"] == 44


def test_the_seals_cover_them_and_the_log_verifies(old, copy, verify):
    old.fill(*seed_database.the_usual())
    copy()

    assert sum(seal.row_count for seal in sealing.seal_all(None)) == 4
    code, out = verify()
    assert code == 0, out


def test_a_number_that_the_seals_have_passed_is_named(old, copy, verify, monkeypatch):
    monkeypatch.setattr(
        "predictions.poc.copying.GAP_LASTS", sealing.timezone.timedelta(0)
    )
    old.fill([], [answer(1, proba_depart=7), answer(2)])
    copy()
    list(sealing.seal_all(None))
    old.run("UPDATE predictions SET proba_depart = 0.9 WHERE id = 1")

    code, out = copy()

    assert code == 1
    assert "prediction 1: not copied: the seals have passed its number" in out


def test_a_number_that_was_skipped_today_is_copied_and_sealed(old, copy, verify):
    old.fill([], [answer(1, proba_depart=7), answer(2)])
    copy()
    list(sealing.seal_all(None))
    old.run("UPDATE predictions SET proba_depart = 0.9 WHERE id = 1")

    assert copy()[0] == 0

    list(sealing.seal_all(None))
    assert verify()[0] == 0
    assert numbers() == [1, 2]


def test_without_rows_there_is_nothing_to_copy(copy):
    code, out = copy()

    assert code == 0
    assert "Predictions: 0 copied" in out


@pytest.mark.parametrize("count", [2, 60], ids=["few", "many"])
def test_two_copies_at_once_write_nothing_twice(old, copy, monkeypatch, count):
    old.fill([], [answer(number) for number in range(1, count + 1)])
    copy()
    # The other one has looked before, and writes after.
    monkeypatch.setattr("predictions.poc.copying._known", lambda fits: {})

    with pytest.raises(CommandError, match="Somebody else has written the same rows"):
        copy()

    assert numbers() == list(range(1, count + 1))
