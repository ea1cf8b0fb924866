"""What each threshold flags, how sure that is, and which one a release brings.

Intervals are 95 % percentile bootstraps over the people (Efron 1979): resampling people
is a multinomial draw over how many of them share a cell (threshold, left or not).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from attrition.recipe import FEWEST

THRESHOLDS = np.arange(101) / 100
RESAMPLES = 1000

Row = Mapping[str, Any]


def threshold_table(y: Any, p: Any, seed: int = 0) -> list[dict[str, Any]]:
    """Share flagged, precision, recall and false alarms at 0.00, 0.01 … 1.00.

    A precision of fewer than `FEWEST` people is None: at 1.00 nobody may be flagged.
    """
    # How many thresholds a person reaches; `p >= threshold` flags them.
    reached = np.searchsorted(THRESHOLDS, p, side="right")
    cells = np.bincount(reached * 2 + y, minlength=2 * len(THRESHOLDS) + 2)
    shares = _shares(cells[None, :])
    draws = _shares(resampled(cells, seed))
    intervals = {name: interval(found) for name, found in draws.items()}
    return [_row(i, len(y), shares, intervals) for i in range(len(THRESHOLDS))]


def _row(
    i: int, people: int, shares: Mapping[str, Any], intervals: Mapping[str, Any]
) -> dict[str, Any]:
    row: dict[str, Any] = {"threshold": float(THRESHOLDS[i])}
    for name, found in shares.items():
        row[name] = _rounded(found[0, i])
        row[f"{name}_interval"] = intervals[name][i]
    flagged = round(float(shares["flagged"][0, i]) * people)
    if flagged < FEWEST:
        row["precision"] = row["precision_interval"] = None
    elif row["precision_interval"] == [1.0, 1.0]:
        # Every draw is the same, which is no certainty.
        row["precision_interval"] = wilson(flagged, flagged)
    return row


def wilson(found: int, of: int) -> list[float]:
    """The 95 % interval of a share (Wilson 1927)."""
    ends = binomtest(found, of).proportion_ci(method="wilson")
    return [round(float(end), 6) for end in (ends.low, ends.high)]


def resampled(cells: Any, seed: int) -> Any:
    """How many people would stand in each cell, `RESAMPLES` times; one row a draw."""
    total = int(cells.sum())
    rng = np.random.default_rng(seed)
    return rng.multinomial(total, cells / total, size=RESAMPLES)


def _shares(cells: Any) -> dict[str, Any]:
    """One row a draw, one column a threshold."""
    # From the right: whoever reaches a higher threshold reaches the lower ones.
    stayed, left = (
        cells[:, side::2][:, ::-1].cumsum(axis=1)[:, ::-1] for side in (0, 1)
    )
    return shares_of(stayed[:, 1:], left[:, 1:], stayed[:, :1], left[:, :1])


def shares_of(
    flagged_stayed: Any, flagged_left: Any, stayed: Any, left: Any
) -> dict[str, Any]:
    """The four shares of a confusion matrix; NaN for a share of nobody."""
    flagged = flagged_stayed + flagged_left
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "flagged": flagged / (stayed + left),
            "precision": flagged_left / flagged,
            "recall": flagged_left / left,
            "false_alarms": flagged_stayed / stayed,
        }


def interval(draws: Any) -> list[list[float] | None]:
    """The middle 95 % of each column's draws; None where a draw has no share."""
    return [
        None
        if np.isnan(column).any()
        else [round(float(end), 6) for end in np.percentile(column, [2.5, 97.5])]
        for column in draws.T
    ]


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def default_threshold(table: Sequence[Row], base_rate: float) -> Row:
    """The row that flags as many people as left; of two as near, the higher.

    There precision and recall are the same: nobody is flagged merely to miss nobody,
    and nobody is missed merely to be seldom wrong.
    """
    return min(table, key=lambda row: (_off(row, base_rate), -row["threshold"]))


def _off(row: Row, share: float) -> float:
    return round(abs(float(row["flagged"]) - share), 6)


def of_ten(row: Row) -> int | None:
    """Of ten people flagged, about how many left."""
    return None if row["precision"] is None else round(row["precision"] * 10)
