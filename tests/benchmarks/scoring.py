"""How long one score takes, beside scikit-learn's own; a section of `make bench`.

Both answer the same full payload in the same process, in turns, so that a busy machine
slows both. What counts is the ratio: these are no figures of a machine.
"""

import statistics
import time
from collections.abc import Callable

from attrition import bulk, pickled, releases
from attrition.tables import frame_of
from tests.factories import seed_features

TURNS = 40
ONCE = 200  # scores of ours a turn; theirs are few, as each takes long
BULK = 10_000
PROMISED = 50  # times faster than the pipeline on a DataFrame of one row


def seconds(function: Callable[[], object], times: int) -> float:
    """Of one call, the mean over `times`."""
    begin = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - begin) / times


def main() -> str | None:
    """Print the table. Returns what is wrong, if anything."""
    release = releases.current()
    pipeline = pickled.open_pipeline(release)
    payload = seed_features()
    validate, score = release.validator.validate, release.scorecard.probability
    values = validate(payload)
    row = frame_of([values], release.scorecard.names)
    people = [values] * BULK

    candidates: dict[str, tuple[Callable[[], object], int]] = {
        "pipeline.predict_proba, a DataFrame of one row": (
            lambda: pipeline.predict_proba(row),
            5,
        ),
        "… and making that DataFrame": (
            lambda: pipeline.predict_proba(frame_of([values], release.scorecard.names)),
            5,
        ),
        "validation and score": (lambda: score(validate(payload)), ONCE),
        "validation": (lambda: validate(payload), ONCE),
        "score": (lambda: score(values), ONCE),
        "score with its explanation": (lambda: release.scorecard.explain(values), ONCE),
        "score in bulk, a person": (
            lambda: bulk.probabilities(release.scorecard, people),
            1,
        ),
    }
    found: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(TURNS):
        for name, (function, times) in candidates.items():
            found[name].append(seconds(function, times))
    return report(found)


def report(found: dict[str, list[float]]) -> str | None:
    """Medians over the turns, and how many fit into one call of the pipeline.

    Returns what is wrong when validation and score are slower than promised.
    """
    medians = {name: statistics.median(times) for name, times in found.items()}
    medians["score in bulk, a person"] /= BULK
    reference = next(iter(medians.values()))
    print(f"{'':<48} {'µs':>9} {'ratio':>8}")  # noqa: T201
    for name, median in medians.items():
        ratio = reference / median
        print(f"{name:<48} {median * 1e6:>9.2f} {ratio:>7.1f}×")  # noqa: T201
    found_ratio = reference / medians["validation and score"]
    return None if found_ratio >= PROMISED else f"Less than {PROMISED} times."
