"""All figures of the home page, brought up to date by one call."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from predictions.summaries import days, departments, seals
from predictions.summaries.logs import PREDICTIONS, REFUSALS
from predictions.summaries.progress import start_anew

LOGS = (PREDICTIONS, REFUSALS)
REST = 20
"""What reads more than what is new waits that many times as long as it took."""


@dataclass
class Paced:
    """Work that is left out of a run that follows too soon."""

    work: Callable[[], object]
    clock: Callable[[], float] = time.monotonic
    _not_before: float = field(default=float("-inf"), init=False)

    def __call__(self) -> None:
        began = self.clock()
        if began < self._not_before:
            return
        self.work()
        ended = self.clock()
        self._not_before = ended + (ended - began) * REST


class Summariser:
    """One that goes on: the first call does everything, later ones what is due."""

    def __init__(self) -> None:
        self._others = [Paced(departments.keep), Paced(seals.keep)]

    def keep(self) -> int:
        """Return how many days were counted. Raises BadKey."""
        counted = sum(days.keep(log) for log in LOGS)
        for other in self._others:
            other()
        return counted


def forget_all() -> None:
    """Count everything again, from the first row on, at the next run."""
    for log in LOGS:
        start_anew(log)
    departments.forget()
