"""/ready asked by many at once, before a database that is slow."""

import threading

import pytest

from predictions.monitoring import readiness as module
from predictions.monitoring.readiness import Readiness


class Slow(Readiness):
    """One look takes until it is let go on; how many looks there were is counted."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.begun, self.let_go = threading.Event(), threading.Event()

    def _of_database(self):
        self.looks += 1
        self.begun.set()
        assert self.let_go.wait(timeout=30)
        return []


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setattr(module, "_of_release", list)
    found = Slow()
    found.let_go.set()
    assert found.problems() == []  # as it was
    found.let_go.clear()
    found.begun.clear()
    found._until = 0
    return found


def looking(slow: Slow) -> threading.Thread:
    thread = threading.Thread(target=slow.problems)
    thread.start()
    assert slow.begun.wait(timeout=30)
    return thread


def test_one_looks_and_the_others_are_answered_as_it_was(slow, monkeypatch):
    monkeypatch.setattr(module, "STALE_AFTER", 10**9)
    thread = looking(slow)

    assert [slow.problems() for _ in range(8)] == [[]] * 8

    slow.let_go.set()
    thread.join(timeout=30)
    assert slow.looks == 2


def test_a_look_that_does_not_end_is_a_database_that_is_away(slow):
    thread = looking(slow)  # `_until` was long ago

    assert [problem.field for problem in slow.problems()] == ["database"]

    slow.let_go.set()
    thread.join(timeout=30)
    assert slow.problems() == []
