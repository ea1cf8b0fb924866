"""Several processes find what one finds, in the same order, with little in memory."""

import operator
import os
import tracemalloc

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from predictions.models import Prediction
from predictions.processes import ProcessLost, here, over_processes
from predictions.proof import sealing, verifying
from predictions.proof.verifying import Verification
from tests.log_rows import fill
from tests.predictions.tampering import change, execute, without_triggers


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(verifying, "CHUNK", 7)
    monkeypatch.setattr("predictions.replays.CHUNK", 7)
    monkeypatch.setattr(sealing, "MOST_ROWS", 30)


@pytest.fixture
def spoilt(committing, small_chunks) -> list[int]:
    """The numbers of 100 rows in four seals, some of them changed or gone."""
    fill(100)
    list(sealing.seal_all(None))
    numbers = list(Prediction.objects.order_by("pk").values_list("pk", flat=True))
    with without_triggers():
        for i in (3, 29, 30, 71):
            change(numbers[i], "threshold", 0.01)
        execute("DELETE FROM predictions WHERE id = %s", numbers[50])
        execute("DELETE FROM prediction_seal_rows WHERE seal_id = 4")
    return numbers


def output(run, *arguments: str) -> str:
    with pytest.raises(SystemExit):
        run(*arguments)
    return run.out


def test_the_findings_and_their_order_are_those_of_one_process(spoilt, run):
    alone = output(run, "verify_log", "--processes", "1")

    together = output(run, "verify_log", "--processes", "2")

    assert together == alone
    found = [line.split(":")[0] for line in alone.splitlines()]
    changed = [f"prediction {spoilt[i]}" for i in (3, 29, 30, 50, 71)]
    strays = [f"prediction {number}" for number in spoilt[90:]]
    assert found[: len(changed) + 1 + len(strays)] == [*changed, "seal 4", *strays]


def test_replays_are_those_of_one_process(spoilt, run):
    with without_triggers():
        change(spoilt[40], "proba_depart", 0.999)

    alone = output(run, "replay_predictions", "--all", "--processes", "1")

    assert output(run, "replay_predictions", "--all", "--processes", "2") == alone
    assert f"prediction {spoilt[40]}: 0.999, again" in alone


def test_results_come_in_order_and_little_is_taken_ahead(committing):
    taken = 0

    def items():
        nonlocal taken
        while taken < 60:
            taken += 1
            yield taken

    with over_processes(2) as spread:
        for number, (item, result) in enumerate(spread(operator.neg, items()), 1):
            assert (item, result) == (number, -number)
            assert taken - number < 10


def test_a_process_that_is_killed_is_an_error_and_no_answer(committing):
    with pytest.raises(ProcessLost), over_processes(2) as spread:
        list(spread(os._exit, [1]))


def test_what_a_process_raises_is_raised_here(committing):
    with pytest.raises(ZeroDivisionError), over_processes(2) as spread:
        list(spread(divmod_by_zero, [1]))


def divmod_by_zero(number: int) -> float:
    return number / 0


def test_what_is_not_committed_is_checked_in_this_process(db):
    with over_processes(2) as spread:
        assert spread is here


@pytest.mark.parametrize("count", ["0", "-1", "65", "two"])
def test_a_number_of_processes_that_is_none_is_refused(run, count):
    with pytest.raises((CommandError, SystemExit)):
        run("verify_log", "--processes", count)


def peak() -> int:
    """The most that a verification holds at once, in bytes."""
    tracemalloc.start()
    try:
        for _ in Verification().run():
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("is_changed", [False, True], ids=["sound", "all rows changed"])
def test_memory_does_not_grow_with_the_log(db, monkeypatch, is_changed):
    monkeypatch.setattr(verifying, "CHUNK", 100)
    peaks = []
    # The first is not measured: it fills what is read once a process.
    for rows in (200, 400, 1600):
        fill(rows - Prediction.objects.count())
        list(sealing.seal_all(None))
        if is_changed:
            with without_triggers():
                execute("UPDATE predictions SET threshold = 0.01")
        peaks.append(peak())

    assert Prediction.objects.count() == 4 * 400
    assert peaks[2] < 1.25 * peaks[1]
