"""How a model treats groups of people that it must be fair to, whatever it uses."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from attrition import features
from attrition.field import Field
from attrition.recipe import FEWEST
from attrition.thresholds import (
    flagged_share,
    interval,
    people_of,
    resampled,
    rounded,
    shares_of,
)
from attrition.training_set import TrainingSet

BANDS = (0, 30, 40, 50)  # ages at which a band begins


def by_group(
    data: TrainingSet, by_repeat: Any, threshold: float, seed: int = 0
) -> dict[str, list[dict[str, Any]]]:
    """By gender and by age band: who left, who is flagged, how well.

    `by_repeat` are probabilities out of fold, a row a repeat.

    A group of fewer than `FEWEST` people is left out, and others with it until as many
    are, or a subtraction would show it; those who say neither are a group too (None).
    So is a share of which either side is fewer people than that: it is None. Intervals
    are 95 % bootstraps. A grouping without any group is not there.
    """
    found = {}
    for field, groups in _groupings(data.X):
        people = {name: who for name, who in groups.items() if who.any()}
        shown = _large_enough({name: int(who.sum()) for name, who in people.items()})
        found[field.name] = [
            {"group": name} | _figures(data.y[who], by_repeat[:, who], threshold, seed)
            for name, who in people.items()
            if name in shown
        ]
    return {name: groups for name, groups in found.items() if groups}


def _groupings(X: pd.DataFrame) -> Iterator[tuple[Field, dict[Any, Any]]]:
    gender, age = features.BY_NAME["genre"], features.BY_NAME["age"]
    by_gender = {value: (X[gender.name] == value) for value in gender.choices}
    yield gender, by_gender | {None: X[gender.name].isna()}
    ends = [*BANDS[1:], np.inf]
    yield (
        age,
        {
            # From … to, both included; None where the band is open.
            (begin or None, None if end == np.inf else end - 1): X[age.name].between(
                begin, end, inclusive="left"
            )
            for begin, end in zip(BANDS, ends, strict=True)
        }
        | {None: X[age.name].isna()},
    )


def _large_enough(sizes: dict[Any, int]) -> set[Any]:
    by_size = sorted(sizes, key=lambda name: sizes[name])
    hidden = [name for name in by_size if sizes[name] < FEWEST]
    while 0 < sum(sizes[n] for n in hidden) < FEWEST and len(hidden) < len(by_size):
        hidden = by_size[: len(hidden) + 1]
    return set(sizes) - set(hidden)


def _figures(y: Any, by_repeat: Any, threshold: float, seed: int) -> dict[str, Any]:
    flagged = flagged_share(by_repeat, np.array([threshold]))
    exact, of = shares_of(flagged, y), people_of(flagged, y)
    draws = resampled(flagged, y, seed)
    shares: dict[str, Any] = {}
    for name, share in exact.items():
        # Whether the people on either side of it are enough to be shown.
        people = float(of[name][0])
        held = 0.0 if np.isnan(share[0]) else float(share[0]) * people
        enough = round(min(held, people - held), 6) >= FEWEST
        shares[name] = rounded(share[0]) if enough else None
        shares[f"{name}_interval"] = (
            interval(draws[name], share, of[name])[0] if enough else None
        )
    left = int(y.sum())
    return {
        "count": len(y),
        "left": round(float(y.mean()), 6)
        if min(left, len(y) - left) >= FEWEST
        else None,
        "mean_probability": round(float(by_repeat.mean()), 6),
        **shares,
    }
