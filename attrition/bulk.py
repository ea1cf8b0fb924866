"""Scores many people at once, to the same bit as a scorecard scores one.

The fields are added in the same order, with the same IEEE 754 operations (numpy's sums
and products round as Python's do), the same transforms and the same exponential, which
numpy would round differently.
"""

from collections.abc import Sequence
from typing import TypeAlias

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


def logits(scorecard: Scorecard, rows: Sequence[Values]) -> Floats:
    """The decision function of each row of normalised values."""
    total = np.full(len(rows), scorecard.base)
    for item in scorecard.fields:
        total += _points(item, [row.get(item.field) for row in rows])
    return total


def probabilities(scorecard: Scorecard, rows: Sequence[Values]) -> list[float]:
    """The probability of leaving of each row, in [0, 1], unrounded."""
    return [probability_of(logit) for logit in logits(scorecard, rows).tolist()]


def _points(item: FieldPoints, column: Sequence[Value | None]) -> Floats:
    if not isinstance(item, NumberPoints):
        return np.array([item.points(value) for value in column], dtype=np.float64)
    numbers = np.array(
        [item.null if value is None else value for value in column], dtype=np.float64
    )
    clipped = np.minimum(np.maximum(numbers, item.low), item.high)
    transform = TRANSFORMS[item.transform]
    scaled = (clipped * item.scale + item.offset).tolist()
    transformed = np.array([transform(number) for number in scaled], dtype=np.float64)
    return item.weight * (transformed - item.at_usual)
