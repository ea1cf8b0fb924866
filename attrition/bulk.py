"""Scores many people at once, to the same bit as a scorecard scores one.

The fields are added in the same order, with the same IEEE 754 operations (numpy's sums
and products round as Python's do), the same transforms and the same exponential, which
numpy would round differently.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from attrition.field import Value
from attrition.scorecard import (
    TRANSFORMS,
    FieldPoints,
    NumberPoints,
    Scorecard,
    Values,
    probability_of,
)

Floats: TypeAlias = NDArray[np.float64]


class Column(NamedTuple):
    """One field of many people."""

    item: FieldPoints
    values: list[Value | None]


class People:
    """Normalised values, turned by the side once for all that is asked of them."""

    def __init__(self, scorecard: Scorecard, rows: Sequence[Values]) -> None:
        self._count = len(rows)
        self._base = scorecard.base
        self._columns = [
            Column(item, [row.get(item.field) for row in rows])
            for item in scorecard.fields
        ]

    def logits(self) -> Floats:
        """The decision function of each."""
        total = np.full(self._count, self._base)
        for item, column in self._columns:
            if isinstance(item, NumberPoints):
                total += _number_points(item, column)
            else:
                points = {value: item.points(value) for value in set(column)}
                total += np.array([points[value] for value in column])
        return total

    def probabilities(self) -> list[float]:
        """The probability of leaving of each, in [0, 1], unrounded."""
        return [probability_of(logit) for logit in self.logits().tolist()]

    def beyond(self) -> list[list[str]]:
        """For each what `Scorecard.beyond` says."""
        return self._named(_beyond)

    def rare(self) -> list[list[str]]:
        """For each what `Scorecard.rare` says."""
        return self._named(_rare)

    def _named(self, places: Callable[[Column], list[int]]) -> list[list[str]]:
        found: list[list[str]] = [[] for _ in range(self._count)]
        for column in self._columns:
            for place in places(column):
                found[place].append(column.item.field)
        return found


def logits(scorecard: Scorecard, rows: Sequence[Values]) -> Floats:
    return People(scorecard, rows).logits()


def probabilities(scorecard: Scorecard, rows: Sequence[Values]) -> list[float]:
    return People(scorecard, rows).probabilities()


def _beyond(column: Column) -> list[int]:
    item, values = column
    if not isinstance(item, NumberPoints):
        return _where(values, item.is_beyond)
    numbers = _numbers(item, values)
    outside = np.flatnonzero((numbers < item.low) | (numbers > item.high))
    return [place for place in outside.tolist() if values[place] is not None]


def _rare(column: Column) -> list[int]:
    # Every number has points of its own.
    if isinstance(column.item, NumberPoints):
        return []
    return _where(column.values, column.item.is_rare)


def _where(values: list[Value | None], holds: Callable[[Value], bool]) -> list[int]:
    """The places of those of which it holds, asked once a value."""
    odd = {value for value in set(values) if value is not None and holds(value)}
    return [i for i, value in enumerate(values) if value in odd] if odd else []


def _numbers(item: NumberPoints, column: Sequence[Value | None]) -> Floats:
    return np.array(
        [item.null if value is None else value for value in column], dtype=np.float64
    )


def _number_points(item: NumberPoints, column: Sequence[Value | None]) -> Floats:
    clipped = np.minimum(np.maximum(_numbers(item, column), item.low), item.high)
    transform = TRANSFORMS[item.transform]
    scaled = (clipped * item.scale + item.offset).tolist()
    transformed = np.array([transform(number) for number in scaled], dtype=np.float64)
    return item.weight * (transformed - item.at_usual)
