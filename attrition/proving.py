"""Proves that a scorecard is the pipeline it was compiled from."""

import math
from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _
from sklearn.pipeline import Pipeline

from attrition import bulk, tables
from attrition.errors import NotAdditive
from attrition.field import Value
from attrition.scorecard import (
    TOLERANCE,
    ChoicePoints,
    FieldPoints,
    NumberPoints,
    Scorecard,
    Values,
)

HOSTILE_ROWS = 2000


def compare(scorecard: Scorecard, compiled: Scorecard) -> None:
    """Raise NotAdditive unless a scorecard is, item by item, what was compiled anew.

    Rows alone can't prove it: a value that is missing from the points of a scorecard is
    missing from the rows that are drawn from it.
    """
    if scorecard.names != compiled.names:
        raise NotAdditive(
            _("The scorecard scores %(ours)s, the pipeline %(theirs)s.")
            % {"ours": ", ".join(scorecard.names), "theirs": ", ".join(compiled.names)}
        )
    if not _is_close(scorecard.base, compiled.base):
        raise _another("base")
    for ours, theirs in zip(scorecard.fields, compiled.fields, strict=True):
        for name in ("usual", "null"):
            if getattr(ours, name) != getattr(theirs, name):
                raise _another(f"{ours.field}.{name}")
        match ours, theirs:
            case NumberPoints(), NumberPoints():
                _compare_numbers(ours, theirs)
            case ChoicePoints(), ChoicePoints():
                _compare_choices(ours, theirs)
            case _:
                raise _another(ours.field)


def _compare_numbers(ours: NumberPoints, theirs: NumberPoints) -> None:
    if (ours.low, ours.high) != (theirs.low, theirs.high):
        raise _another(f"{ours.field}.low, {ours.field}.high")
    # By what they give: format 1 writes the same straight line with other numbers.
    for value in np.linspace(ours.low, ours.high, 9).tolist():
        if not _is_close(ours.points(value), theirs.points(value)):
            raise _another(f"{ours.field}.weight")


def _compare_choices(ours: ChoicePoints, theirs: ChoicePoints) -> None:
    if ours.clip != theirs.clip:
        raise _another(f"{ours.field}.clip")
    if ours.table.keys() != theirs.table.keys():
        raise _another(f"{ours.field}.table")
    for value, points in theirs.table.items():
        if not _is_close(ours.table[value], points):
            raise _another(f"{ours.field}.table, {value}")
    if not _is_close(ours.unseen, theirs.unseen):
        raise _another(f"{ours.field}.unseen")


def _is_close(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _another(place: str) -> NotAdditive:
    return NotAdditive(
        _("The scorecard is not what the pipeline compiles to: %(place)s is another.")
        % {"place": place}
    )


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
            _("The scorecard is off the pipeline by %(worst)s, more than %(allowed)s.")
            % {"worst": f"{worst:.1e}", "allowed": f"{TOLERANCE:.0e}"}
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
