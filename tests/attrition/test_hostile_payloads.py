"""Whatever a payload holds, the scorecard says what its pipeline says.

Each example draws a few values of every field, puts them beside the hostile ones that
are always there, and mixes them into a hundred payloads of normalised values.
"""

import dataclasses
import math
import random
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pytest
from django.test import override_settings
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from attrition import bulk, pickled, releases
from attrition.compiling import compile_scorecard
from attrition.field import Value
from attrition.recipe import new_pipeline
from attrition.scorecard import FieldPoints, NumberPoints, Scorecard
from attrition.tables import frame_of
from tests import shipped

EXAMPLES = 60
PAYLOADS = 100  # an example

FAR = [-(10**18), -1e300, -1, -0.0, 0, 5e-324, 1e-300, 1, 1e300, 10**18]
Payload = dict[str, Value | None]


class Model(NamedTuple):
    scorecard: Scorecard
    pipeline: Pipeline


@pytest.fixture(scope="module")
def models(fitted, shipped_releases) -> dict[str, Model]:
    """What is shipped, and invented people's with square roots and without."""
    found = {"roots": Model(fitted.scorecard, fitted.pipeline)}
    straight = new_pipeline(dataclasses.replace(fitted.recipe, transform="none"))
    straight.fit(fitted.data.X, fitted.data.y)
    found["straight"] = Model(compile_scorecard(straight), straight)
    with override_settings(MODEL_DIR=shipped_releases):
        for version in shipped.VERSIONS:
            release = releases.load_anew(version)
            pipeline = pickled.open_pipeline(release)
            found[version] = Model(release.scorecard, pipeline)
    return found


def hostile(item: FieldPoints) -> list[Value | None]:
    """Every field's nothing, ends, just beside the ends and far beyond them."""
    if isinstance(item, NumberPoints):
        ends = [item.low, item.high]
        beside = [
            math.nextafter(end, toward) for end in ends for toward in (-1e300, 1e300)
        ]
        return [None, *ends, *beside, *FAR]
    seen = list(item.table)
    if isinstance(seen[0], str):
        swapped = [value.swapcase() for value in seen]
        return [None, *seen, *swapped, seen[0] + " ", "", "nan", "None", "0"]
    # Validation lets only whole marks and counts through.
    low, high = item.clip or (min(seen), max(seen))
    whole = range(int(low) - 2, int(high) + 3)
    return [None, *whole, *map(float, whole), -(10**18), 10**18]


def drawn(item: FieldPoints) -> st.SearchStrategy[Value]:
    """What nobody thought of."""
    if isinstance(item, NumberPoints):
        # scikit-learn adds a column up to see that it is finite: no largest of floats.
        anything = st.floats(-1e300, 1e300)
        return st.floats(item.low, item.high) | anything | st.integers(-(2**70), 2**70)
    if isinstance(next(iter(item.table)), str):
        return st.text(max_size=64)
    return st.integers(-(2**70), 2**70)


def both(model: Model) -> Iterator[tuple[FieldPoints, FieldPoints]]:
    """Each field's points, and those that the pipeline compiles to now.

    What a scorecard has lost is not among its own values.
    """
    compiled = compile_scorecard(model.pipeline)
    return zip(model.scorecard.fields, compiled.fields, strict=True)


@st.composite
def payloads(draw, model: Model) -> list[Payload]:
    pools = {
        item.field: hostile(item)
        + hostile(compiled)
        + draw(st.lists(drawn(item), max_size=6))
        for item, compiled in both(model)
    }
    mix = random.Random(draw(st.integers(0, 2**32)))
    return [
        {name: mix.choice(pool) for name, pool in pools.items()}
        for _ in range(PAYLOADS)
    ]


def generated(examples: int):
    # The assertions name the payloads: to shrink a hundred would take minutes.
    quick = settings(
        max_examples=examples,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
    )
    return lambda test: quick(given(data=st.data())(test))


@generated(EXAMPLES)
def test_the_release_that_serves_is_its_pipeline(models, data):
    scorecard, pipeline = models[shipped.SERVES]

    assert_same(scorecard, pipeline, data.draw(payloads(models[shipped.SERVES])))


@pytest.mark.parametrize("name", ["1.0.0", "roots", "straight"])
@generated(15)
def test_any_other_scorecard_is_its_pipeline(models, name, data):
    scorecard, pipeline = models[name]

    assert_same(scorecard, pipeline, data.draw(payloads(models[name])))


def assert_same(scorecard: Scorecard, pipeline: Pipeline, rows: list[Payload]) -> None:
    """One by one, many at once, explained: all are what the pipeline says."""
    X = frame_of(rows, scorecard.names)
    decision = pipeline.decision_function(X)
    alone = [scorecard.probability(row) for row in rows]
    logits = [scorecard.logit(row) for row in rows]
    explained = [
        scorecard.base + sum(c.points for c in scorecard.explain(row)) for row in rows
    ]

    assert beyond(1e-12, pipeline.predict_proba(X)[:, 1], alone, rows) == []
    assert beyond(1e-9, decision, logits, rows) == []
    assert beyond(1e-9, decision, explained, rows) == []
    assert beyond(0, bulk.logits(scorecard, rows), logits, rows) == []
    assert beyond(0, bulk.probabilities(scorecard, rows), alone, rows) == []


def beyond(tolerance: float, expected, found, rows: list[Payload]) -> list[Payload]:
    """The payloads that are off by more."""
    off = ~(np.abs(np.array(expected) - found) <= tolerance)  # NaN is off
    return [row for row, is_off in zip(rows, off, strict=True) if is_off]


def test_thousands_of_payloads_leave_out_and_exceed_every_field(models):
    scorecard = models[shipped.SERVES].scorecard
    pools = {item.field: hostile(item) for item in scorecard.fields}

    assert EXAMPLES * PAYLOADS >= 5000
    for name, pool in pools.items():
        assert None in pool
        covered = [
            not scorecard.beyond({name: value}) + scorecard.rare({name: value})
            for value in pool
        ]
        assert set(covered) == {True, False}
