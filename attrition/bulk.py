"""Scores many people at once, to the same bit as a scorecard scores one.

The fields are added in the same order, with the same IEEE 754 operations (numpy's sums
and products round as Python's do), the same transforms and the same exponential, which
numpy would round differently.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from attrition.field import Value
from attrition.scorecard import (
    TRANSFORMS,
    ChoicePoints,
    FieldPoints,
    NumberPoints,
    Scorecard,
    Values,
    probability_of,
)

Floats: TypeAlias = NDArray[np.float64]


def logits(scorecard: Scorecard, rows: Sequence[Values]) -> Floats:
    """The decision function of each row of normalised values."""
    total = np.full(len(rows), scorecard.base)
    for item, column in _columns(scorecard, rows):
        if isinstance(item, NumberPoints):
            total += _number_points(item, column)
        else:
            points = {value: item.points(value) for value in set(column)}
            total += np.array([points[value] for value in column], dtype=np.float64)
    return total


def probabilities(scorecard: Scorecard, rows: Sequence[Values]) -> list[float]:
    """The probability of leaving of each row, in [0, 1], unrounded."""
    return [probability_of(logit) for logit in logits(scorecard, rows).tolist()]


def beyond(scorecard: Scorecard, rows: Sequence[Values]) -> list[list[str]]:
    """For each row what `Scorecard.beyond` says of it."""
    found: list[list[str]] = [[] for _ in rows]
    for item, column in _columns(scorecard, rows):
        if isinstance(item, NumberPoints):
            numbers = _numbers(item, column)
            # False of a null too: it counts as a value that training has seen.
            outside = (numbers < item.low) | (numbers > item.high)
            places = np.flatnonzero(outside).tolist()
        else:
            odd = {v for v in set(column) if v is not None and item.is_beyond(v)}
            places = [i for i, v in enumerate(column) if v in odd] if odd else []
        for place in places:
            if column[place] is not None:
                found[place].append(item.field)
    return found


def rare(scorecard: Scorecard, rows: Sequence[Values]) -> list[list[str]]:
    """For each row what `Scorecard.rare` says of it."""
    found: list[list[str]] = [[] for _ in rows]
    for item, column in _columns(scorecard, rows):
        if isinstance(item, ChoicePoints):
            odd = {v for v in set(column) if v is not None and item.is_rare(v)}
            for place in [i for i, v in enumerate(column) if v in odd] if odd else []:
                found[place].append(item.field)
    return found


def _columns(
    scorecard: Scorecard, rows: Sequence[Values]
) -> Iterator[tuple[FieldPoints, list[Value | None]]]:
    for item in scorecard.fields:
        name = item.field
        yield item, [row.get(name) for row in rows]


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
