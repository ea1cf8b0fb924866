"""Commands that work again and again, and what they say when their work fails."""

import os
import signal

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from predictions.management import repeating
from predictions.management.commands import run_batches
from predictions.management.repeating import repeat
from predictions.proof import sealing

pytestmark = pytest.mark.django_db

NOBODY = 1 << 30  # no process has this number


@pytest.fixture(autouse=True)
def _own_signals():
    kept = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def slept(monkeypatch) -> list[int]:
    found = []
    monkeypatch.setattr(repeating.time, "sleep", found.append)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_work_that_has_begun(slept, number):
    begun, finished = [], []

    def work() -> None:
        begun.append(1)
        if len(begun) == 2:
            signal.raise_signal(number)
        finished.append(1)

    repeat(work, every=3, parent=os.getppid())

    assert len(finished) == 2
    assert slept == [1, 1, 1]


def test_it_ends_when_the_process_that_started_it_is_gone(slept):
    worked = []

    repeat(lambda: worked.append(1), every=3, parent=NOBODY)

    assert worked == [1]
    assert slept == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            OperationalError("the row of somebody"),
            "Nothing was sealed: OperationalError.",
        ),
        (ValueError("the row of somebody"), "A row can't be hashed"),
    ],
    ids=["database", "row"],
)
def test_a_sealer_says_what_failed_without_the_row_and_goes_on(
    monkeypatch, caplog, settings, fault, said
):
    def fail(key: object) -> None:
        raise fault

    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(sealing, "seal_all", fail)

    call_command("seal_log", every=60, parent=NOBODY)

    assert said in caplog.text
    assert "somebody" not in caplog.text


def test_batches_wait_for_a_database_that_is_away(monkeypatch, capsys, settings):
    class Waited(Exception):
        pass

    def wait(seconds: int) -> None:
        raise Waited(seconds)

    def away(self: object) -> None:
        raise OperationalError

    settings.LANGUAGE_CODE = "en"
    monkeypatch.setattr(run_batches.Command, "_work_on_all", away)
    monkeypatch.setattr(run_batches.time, "sleep", wait)

    with pytest.raises(Waited, match="60"):
        call_command("run_batches", every=60)
    assert "The database does not answer." in capsys.readouterr().err

    with pytest.raises(CommandError, match=r"The database does not answer\."):
        call_command("run_batches")
