"""What each threshold flags, how sure that is, and which one a release brings.

Everybody has a probability a repeat of the cross-validation, and one model serves: each
share is that of all repeats together, not of each person's mean, which is steadier than
any model. Intervals are 95 % percentile bootstraps (Efron 1979) over the people, with
their probabilities held fixed: they don't hold what training on others would change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest

from attrition.recipe import FEWEST

THRESHOLDS = np.arange(101) / 100
RESAMPLES = 1000

Row = Mapping[str, Any]


def threshold_table(y: Any, by_repeat: Any, seed: int = 0) -> list[dict[str, Any]]:
    """Share flagged, precision, recall and false alarms at 0.00, 0.01 … 1.00.

    A precision of fewer than `FEWEST` people is None: at 1.00 nobody may be flagged.
    """
    flagged = flagged_share(by_repeat, THRESHOLDS)
    shares = shares_of(flagged, y)
    draws = resampled(flagged, y, seed)
    people = people_of(flagged, y)
    intervals = {
        name: interval(draws[name], shares[name], people[name]) for name in shares
    }
    return [_row(i, len(y), shares, intervals) for i in range(len(THRESHOLDS))]


def _row(
    i: int, people: int, shares: Mapping[str, Any], intervals: Mapping[str, Any]
) -> dict[str, Any]:
    row: dict[str, Any] = {"threshold": float(THRESHOLDS[i])}
    for name, found in shares.items():
        row[name] = rounded(found[i])
        row[f"{name}_interval"] = intervals[name][i]
    if round(float(shares["flagged"][i]) * people) < FEWEST:
        row["precision"] = row["precision_interval"] = None
    return row


def flagged_share(by_repeat: Any, limits: Any) -> Any:
    """In what share of the repeats each limit flags each person; a row a person."""
    return np.mean([p[:, None] >= limits for p in by_repeat], axis=0)


def wilson(found: int, of: int) -> list[float]:
    """The 95 % interval of a share (Wilson 1927)."""
    ends = binomtest(found, of).proportion_ci(method="wilson")
    return [round(float(end), 6) for end in (ends.low, ends.high)]


def resampled(flagged: Any, y: Any, seed: int) -> dict[str, Any]:
    """The four shares of as many people drawn from these, `RESAMPLES` times."""
    rng = np.random.default_rng(seed)
    found = [
        shares_of(flagged, y, np.bincount(drawn, minlength=len(y)))
        for drawn in (rng.integers(len(y), size=len(y)) for _ in range(RESAMPLES))
    ]
    return {name: np.array([shares[name] for shares in found]) for name in found[0]}


def shares_of(flagged: Any, y: Any, times: Any = None) -> dict[str, Any]:
    """The four shares of a confusion matrix; NaN for a share of nobody.

    `times` says how often each person counts, once where it is unsaid.
    """
    times = np.ones(len(y)) if times is None else times
    flagged_left, flagged_stayed = ((times * side) @ flagged for side in (y, 1 - y))
    left, stayed = times @ y, times @ (1 - y)
    both = flagged_left + flagged_stayed
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "flagged": both / (stayed + left),
            "precision": flagged_left / both,
            "recall": flagged_left / left,
            "false_alarms": flagged_stayed / stayed,
        }


def people_of(flagged: Any, y: Any) -> dict[str, Any]:
    """How many people each of the four shares is of."""
    one = np.ones(flagged.shape[1])
    return {
        "flagged": one * len(y),
        "precision": flagged.sum(axis=0),
        "recall": one * y.sum(),
        "false_alarms": one * (1 - y).sum(),
    }


def interval(draws: Any, shares: Any, of: Any) -> list[list[float] | None]:
    """The middle 95 % of each column's draws; None where a draw has no share.

    Draws that are all the same are no certainty: Wilson's interval of `share` among
    `of` people stands for them.
    """
    return [
        _interval(column, float(share), round(float(people)))
        for column, share, people in zip(draws.T, shares, of, strict=True)
    ]


def _interval(column: Any, share: float, people: int) -> list[float] | None:
    if people == 0 or np.isnan(column).any():
        return None
    if column.min() == column.max():
        return wilson(round(share * people), people)
    return [round(float(end), 6) for end in np.percentile(column, [2.5, 97.5])]


def rounded(value: float) -> float | None:
    """To be written down; None where there is no share."""
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
