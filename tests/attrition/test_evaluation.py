"""What is measured is measured on people whom no model has seen."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from attrition import evaluation
from attrition.evaluation import (
    MEASURES,
    calibration,
    cost_of,
    evaluate,
    is_told_apart,
    no_better_than_guessing,
)
from attrition.recipe import Recipe, new_pipeline, recipe_for
from attrition.training_set import TrainingSet
from tests.attrition.generated import training_data
from tests.attrition.train_command import make_quick

OVERTIME, MARK, PAY = "heure_supplementaires", "niveau_education", "revenu_mensuel"
CANDIDATES = (OVERTIME, MARK, PAY)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    """Overtime makes people leave; nothing else does."""
    return training_data(400, weights={OVERTIME: 3.0})


@pytest.fixture
def quick(monkeypatch):
    make_quick(monkeypatch)
    monkeypatch.setattr(evaluation, "REPEATS", 2)


@pytest.fixture
def recipe(data) -> Recipe:
    return recipe_for(data.X, CANDIDATES)


class Watched:
    """Stands for the pipeline and for choosing: who was seen, who was scored."""

    def __init__(self) -> None:
        self.chosen: list[set[int]] = []
        self.fitted: list[set[int]] = []
        self.scored: list[list[int]] = []
        self.fitted_with: list[float] = []

    def choose(self, recipe: Recipe, X: pd.DataFrame, y: np.ndarray) -> Recipe:
        self.chosen.append(set(X.index))
        return dataclasses.replace(recipe, strength=len(self.chosen) / 100)

    def pipeline(self, recipe: Recipe) -> "Watched":
        self.fitted_with.append(recipe.strength)
        return self

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "Watched":
        self.fitted.append(set(X.index))
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        self.scored.append(list(X.index))
        p = np.full(len(X), self.fitted_with[-1])
        return np.column_stack([1 - p, p])


@pytest.fixture
def watched(monkeypatch) -> Watched:
    watched = Watched()
    monkeypatch.setattr(evaluation, "chosen", watched.choose)
    monkeypatch.setattr(evaluation, "new_pipeline", watched.pipeline)
    return watched


# Out of fold


def test_nobody_is_scored_by_a_model_that_was_fitted_or_chosen_with_them(
    data, recipe, watched
):
    evaluate(data, recipe)

    assert len(watched.scored) == 30
    assert watched.chosen == watched.fitted
    for seen, scored in zip(watched.fitted, watched.scored, strict=True):
        assert not seen & set(scored)
        assert len(seen) + len(scored) == len(data.y)


def test_everybody_is_scored_once_a_repeat(data, recipe, watched):
    evaluate(data, recipe)

    for first in range(0, 30, 5):
        fold = [who for scored in watched.scored[first : first + 5] for who in scored]
        assert sorted(fold) == list(range(len(data.y)))


def test_everybody_has_a_probability_a_repeat(data, recipe, watched):
    found = evaluate(data, recipe)

    given: dict[int, list[float]] = {}
    for strength, scored in zip(watched.fitted_with, watched.scored, strict=True):
        for who in scored:
            given.setdefault(who, []).append(strength)
    for repeat in range(6):
        row = [given[who][repeat] for who in range(len(data.y))]
        assert found.by_repeat[repeat] == pytest.approx(row)


def test_each_fold_reads_its_columns_by_its_own_training_part_alone(
    data, recipe, watched
):
    rare = data.X[MARK].copy()
    rare.iloc[0] = 0.0  # the lowest mark is one person's
    held = rare.index[rare == 4.0]
    rare[held[10:]] = 3.0  # and the mark 4 is held by ten
    people = dataclasses.replace(data, X=data.X.assign(**{MARK: rare}))

    found = evaluate(people, recipe_for(people.X, CANDIDATES))

    ends, values = set(), set()
    for seen, read in zip(watched.fitted, found.recipes, strict=True):
        lowest = 0.0 if 0 in seen else 1.0
        assert read.clipped[MARK] == (lowest, 5.0)
        assert (4.0 in read.values[MARK]) is (set(held[:10]) <= seen)
        ends.add(lowest)
        values.add(read.values[MARK])
    assert len(ends) == len(values) == 2


def test_a_column_that_holds_too_little_in_a_training_part_is_left_out_there(quick):
    data = training_data(400, weights={OVERTIME: 3.0})
    few = pd.Series(np.nan, index=data.X.index)
    few.iloc[:12] = 3.0
    people = dataclasses.replace(data, X=data.X.assign(**{MARK: few}))

    found = evaluate(people, recipe_for(people.X, CANDIDATES))

    assert {MARK in read.usable for read in found.recipes} == {False}
    assert found.metrics["roc_auc"]["mean"] > 0.75


def test_each_fold_is_fitted_as_its_own_training_part_chose(data, recipe, watched):
    found = evaluate(data, recipe)

    assert [item.strength for item in found.recipes] == watched.fitted_with
    assert len(set(watched.fitted_with)) == 30


def test_as_many_leave_in_every_fold(data, recipe, watched):
    evaluate(data, recipe)

    left = [data.y[scored].sum() for scored in watched.scored]
    assert max(left) - min(left) <= 1


def test_an_outcome_that_nothing_explains_is_not_explained(quick):
    data = training_data(400, weights={})
    made = recipe_for(data.X, tuple(data.X))

    found = evaluate(data, made)

    seen = new_pipeline(made).fit(data.X, data.y).predict_proba(data.X)[:, 1]
    assert roc_auc_score(data.y, seen) > 0.65
    assert found.metrics["roc_auc"]["mean"] == pytest.approx(0.5, abs=0.06)


def test_an_outcome_that_is_explained_is_found(data, recipe, quick):
    found = evaluate(data, recipe)

    assert found.metrics["roc_auc"]["mean"] > 0.75
    assert found.metrics["brier"]["mean"] < data.y.mean() * (1 - data.y.mean())


# What is told of it


def test_the_measures_are_a_mean_and_a_spread_over_the_folds(data, recipe, quick):
    found = evaluate(data, recipe)

    assert found.metrics.keys() == MEASURES.keys()
    for name, by_fold in found.by_fold.items():
        assert len(by_fold) == 4
        mean = sum(by_fold) / 4
        spread = (sum((one - mean) ** 2 for one in by_fold) / 4) ** 0.5
        assert found.metrics[name] == pytest.approx({"mean": mean, "std": spread})


def test_measuring_twice_finds_the_same_and_another_seed_other_folds(data, quick):
    first, second, other = (
        evaluate(data, recipe_for(data.X, CANDIDATES, seed)) for seed in (0, 0, 1)
    )

    assert first.metrics == second.metrics
    assert (first.by_repeat == second.by_repeat).all()
    assert first.metrics != other.metrics


def test_progress_is_shown_fold_by_fold(data, recipe, quick, english):
    shown = []

    def track(items, what):
        for item in items:
            shown.append(what)
            yield item

    evaluate(data, recipe, track)

    assert shown == ["choosing"] * 4 + ["measuring"] * 4


# What a change costs


def test_leaving_out_what_explains_costs_by_every_measure(data, recipe, quick):
    measured = evaluate(data, recipe)

    cost = cost_of(data, measured, lambda r: r.without(OVERTIME))

    assert cost.keys() == MEASURES.keys()
    assert all(found["mean"] > 0.02 for found in cost.values())


def test_using_what_explains_gains_by_every_measure(data, recipe, quick):
    measured = evaluate(data, recipe.without(OVERTIME))

    cost = cost_of(data, measured, lambda r: r.using(OVERTIME))

    assert all(found["mean"] < -0.02 for found in cost.values())


def test_a_change_of_nothing_costs_nothing(data, recipe, quick):
    measured = evaluate(data, recipe)

    cost = cost_of(data, measured, lambda r: r)

    assert all(found == {"mean": 0, "std": 0} for found in cost.values())


def test_a_cost_is_the_mean_difference_on_the_same_folds(data, recipe, quick):
    before = evaluate(data, recipe)
    after = evaluate(data, recipe.without(OVERTIME))

    cost = cost_of(data, before, lambda r: r.without(OVERTIME))

    for name, sign in [("average_precision", 1), ("roc_auc", 1), ("brier", -1)]:
        lost = sign * (before.by_fold[name] - after.by_fold[name])
        assert cost[name]["mean"] == pytest.approx(lost.mean())
        assert cost[name]["std"] == pytest.approx(lost.std())


@pytest.mark.parametrize(
    ("mean", "is_told"),
    # 2.05 standard errors of 0.53 spreads each.
    [(0.05, False), (0.108, False), (0.11, True), (-0.108, False), (-0.11, True)],
)
def test_a_mean_is_told_from_nothing_by_more_than_the_folds_spread(mean, is_told):
    assert is_told_apart({"mean": mean, "std": 0.1}) is is_told
    assert is_told_apart({"mean": 0.5 + mean, "std": 0.1}, 0.5) is is_told


@pytest.mark.parametrize(
    ("precision", "area", "guessing"),
    [
        (0.66, 0.84, []),
        (0.2, 0.84, ["average_precision"]),
        (0.66, 0.51, ["roc_auc"]),
        (0.1, 0.3, ["average_precision", "roc_auc"]),
    ],
    ids=["good", "no precision", "no area", "worse than guessing"],
)
def test_measures_that_guessing_could_have_are_named(precision, area, guessing):
    metrics = {
        "average_precision": {"mean": precision, "std": 0.065},
        "roc_auc": {"mean": area, "std": 0.032},
    }

    assert no_better_than_guessing(metrics, 0.16) == guessing


# Calibration


@pytest.fixture(scope="module")
def honest() -> tuple[np.ndarray, np.ndarray]:
    """Outcomes drawn with exactly the probabilities beside them."""
    rng = np.random.default_rng(0)
    p = rng.beta(1.5, 4, 20_005)
    return (rng.random(len(p)) < p).astype(int), p


@pytest.mark.parametrize(
    ("confidence", "slope"),
    [(1.0, 1.0), (2.0, 0.5), (0.5, 2.0)],
    ids=["honest", "too sure", "not sure enough"],
)
def test_the_slope_says_how_sure_probabilities_may_be(honest, confidence, slope):
    y, p = honest

    found = calibration(y, expit(confidence * logit(p))[None, :])

    assert found["slope"] == pytest.approx(slope, rel=0.04)


def test_the_slope_does_not_depend_on_the_base_rate(honest):
    y, p = honest

    found = calibration(y, expit(logit(p) - 1)[None, :])

    assert found["slope"] == pytest.approx(1, abs=0.04)
    assert found["mean_probability"] < found["base_rate"] - 0.05


def test_the_slope_is_that_of_a_repeat_and_not_of_the_mean_over_them(honest):
    y, p = honest
    sure, unsure = (expit(times * logit(p)) for times in (2, 0.5))

    found = calibration(y, np.array([sure, unsure]))

    assert found["slope"] == pytest.approx((0.5 + 2.0) / 2, rel=0.04)
    assert found["slope_spread"] == pytest.approx((2.0 - 0.5) / 2, rel=0.04)
    mean = (sure + unsure) / 2
    assert found["mean_probability"] == pytest.approx(mean.mean())
    assert found["bins"] == calibration(y, mean[None, :])["bins"]


def test_who_left_and_the_mean_probability_stand_beside_each_other(honest):
    y, p = honest

    found = calibration(y, p[None, :])

    assert found["base_rate"] == pytest.approx(sum(y) / len(y))
    assert found["mean_probability"] == pytest.approx(sum(p) / len(p))


def test_the_bins_hold_everyone_from_the_least_likely_on(honest):
    y, p = honest

    bins = calibration(y, p[None, :])["bins"]

    assert [item["count"] for item in bins] == [2001] * 5 + [2000] * 5
    ordered = sorted(zip(p.tolist(), y.tolist(), strict=True))
    for item in bins:
        mine, ordered = ordered[: item["count"]], ordered[item["count"] :]
        mean = sum(probability for probability, _ in mine) / len(mine)
        assert item["mean_probability"] == pytest.approx(mean, abs=1e-6)
        left = sum(outcome for _, outcome in mine) / len(mine)
        assert item["left"] == pytest.approx(left, abs=1e-6)
    assert ordered == []


def outside(bins) -> int:
    """How many bins' mean probability is not in the interval of who left."""
    return sum(
        not b["left_interval"][0] <= b["mean_probability"] <= b["left_interval"][1]
        for b in bins
    )


def test_honest_probabilities_are_in_the_bins_intervals_and_others_are_not(honest):
    y, p = honest

    assert outside(calibration(y, p[None, :])["bins"]) <= 2
    assert outside(calibration(y, expit(2 * logit(p))[None, :])["bins"]) >= 8


def test_an_interval_is_as_wide_as_a_shares_standard_error_has_it(honest):
    y, p = honest

    for item in calibration(y, p[None, :])["bins"]:
        low, high = item["left_interval"]
        error = (item["left"] * (1 - item["left"]) / item["count"]) ** 0.5
        assert low < item["left"] < high
        assert high - low == pytest.approx(2 * 1.96 * error, rel=0.05)
