"""What would change for people if another model served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attrition import bulk
from attrition.releases import Release
from attrition.scorecard import Scorecard, Values


@dataclass(frozen=True)
class Comparison:
    """How many of the people change class, and the measures of both cards.

    `refused`: those whom the release would refuse today, for a category it does not
    know; they are left out of the counts. `same_data`: both were measured on the same.
    """

    version: str
    people: int
    refused: int
    same_data: bool
    newly_flagged: int
    no_longer_flagged: int
    flagged_before: int
    flagged_after: int
    metrics: Mapping[str, tuple[float, float]]


def compare(
    rows: Sequence[Values],
    release: Release,
    scorecard: Scorecard,
    card: Mapping[str, Any],
    threshold: float,
) -> Comparison:
    """Score `rows` with the release that serves and with the new scorecard.

    The release flags at the threshold that it serves with, the new one at `threshold`.
    """
    known = [row for row in rows if _is_known(row, release)]
    refused, rows = len(rows) - len(known), known
    before = _flagged(release.scorecard, rows, release.threshold)
    after = _flagged(scorecard, rows, threshold)
    measured = release.card.get("metrics") or {}
    return Comparison(
        version=release.version,
        people=len(rows),
        refused=refused,
        same_data=release.card["data"].get("sha256") == card["data"]["sha256"],
        newly_flagged=int((after & ~before).sum()),
        no_longer_flagged=int((before & ~after).sum()),
        flagged_before=int(before.sum()),
        flagged_after=int(after.sum()),
        metrics={
            name: (measured[name]["mean"], found["mean"])
            for name, found in card["metrics"].items()
            if name in measured
        },
    )


def _is_known(row: Values, release: Release) -> bool:
    return all(
        row.get(name) is None or row[name] in known
        for name, known in release.categories.items()
    )


def _flagged(scorecard: Scorecard, rows: Sequence[Values], threshold: float) -> Any:
    return np.array(bulk.probabilities(scorecard, rows)) >= threshold
