"""Proves that a scorecard is the pipeline it was compiled from."""

from collections.abc import Sequence

import numpy as np
from sklearn.pipeline import Pipeline

from attrition import bulk, tables
from attrition.errors import NotAdditive
from attrition.field import Value
from attrition.scorecard import FieldPoints, NumberPoints, Scorecard, Values

TOLERANCE = 1e-12  # between the scorecard's probability and the pipeline's
HOSTILE_ROWS = 2000


def prove(scorecard: Scorecard, pipeline: Pipeline, rows: Sequence[Values]) -> float:
    """Return the largest difference of a probability, over `rows` and hostile ones.

    Raises NotAdditive above `TOLERANCE`.
    """
    everything = [*rows, *hostile_rows(scorecard)]
    X = tables.frame_of(everything, scorecard.names)
    expected = pipeline.predict_proba(X)[:, 1]
    found = bulk.probabilities(scorecard, everything)
    worst = float(np.abs(expected - np.array(found)).max())
    if not worst <= TOLERANCE:  # > would let NaN pass
        raise NotAdditive(
            f"The scorecard is off the pipeline by {worst:.1e}, more than {TOLERANCE}."
        )
    return worst


def hostile_rows(scorecard: Scorecard, count: int = HOSTILE_ROWS) -> list[Values]:
    """Rows of nulls, of values never seen, of bounds and numbers far beyond them."""
    rng = np.random.default_rng(0)
    pools = {item.field: _hostile_values(item) for item in scorecard.fields}
    nothing: Values = dict.fromkeys(pools)
    return [nothing] + [
        {name: pool[rng.integers(len(pool))] for name, pool in pools.items()}
        for _ in range(count - 1)
    ]


def _hostile_values(item: FieldPoints) -> list[Value | None]:
    if isinstance(item, NumberPoints):
        step = (item.high - item.low) / 7
        inside = [item.low + i * step for i in range(8)]
        near = [np.nextafter(item.low, item.high), np.nextafter(item.high, item.low)]
        return [None, -1e6, 1e9, *inside, *map(float, near)]
    seen = list(item.table)
    if item.clip is not None:
        low, high = map(int, item.clip)
        return [None, -3, 10**6, *range(low, high + 1)]
    unknown: list[Value] = ["never seen"] if isinstance(seen[0], str) else [-3, 10**6]
    return [None, *unknown, *seen]
