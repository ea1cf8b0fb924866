"""The committed releases on the real extracts, which are never in git."""

import io

import numpy as np
import pytest
from django.core.management import call_command

from attrition import bulk, extracts, pickled, releases, training
from attrition.errors import TrainingRefused
from attrition.evaluation import calibration, evaluate
from attrition.extract_file import TARGET
from attrition.models import Employee
from attrition.recipe import recipe_for
from attrition.tables import frame_of, rows_of
from attrition.training_set import TrainingSet, fingerprint, training_set
from tests import shipped

pytestmark = pytest.mark.data

EMPLOYEES = 1148
LEAVERS = 184


@pytest.fixture(scope="module")
def people(hr_data):
    return extracts.read(hr_data, with_outcome=True).people


@pytest.fixture(scope="module")
def data(people) -> TrainingSet:
    return training_set(people)


def normalised(release: releases.Release, people) -> list[dict]:
    """As a request would be."""
    return [release.validator.validate(person.features) for person in people]


both = pytest.mark.parametrize("version", shipped.VERSIONS)


def test_the_extracts_hold_everyone(people):
    assert len(people) == EMPLOYEES
    assert sum(bool(person.left) for person in people) == LEAVERS


def test_training_again_reproduces_the_committed_release(hr_data, english):
    out = io.StringIO()
    version = releases.current_version()

    call_command(
        "train_model", "--data", str(hr_data), "--reproduce", version, stdout=out
    )

    assert f"Largest difference from {version}: " in out.getvalue()


def test_the_card_describes_these_people(data):
    card = releases.load(shipped.SERVES).card

    assert card["data"]["employees"] == EMPLOYEES
    assert card["data"]["left"] == LEAVERS
    assert card["data"]["sha256"] == fingerprint(data)


def test_fitting_again_gives_everyone_the_same_probability(data):
    release = releases.load(shipped.SERVES)
    rows = rows_of(data.X)

    model = training.retrained(data, release.card)

    found = bulk.probabilities(model.scorecard, rows)
    expected = bulk.probabilities(release.scorecard, rows)
    assert np.abs(np.array(expected) - found).max() <= 1e-9
    ends = {
        name: list(ends)
        for name, ends in model.recipe.clipped.items()
        if name in model.recipe.columns
    }
    assert ends == release.card["model"]["clipped"] != {}
    assert model.recipe.transform == release.card["model"]["transform"]
    assert model.recipe.strength == release.card["model"]["C"]


def someone_else_left(data: TrainingSet) -> TrainingSet:
    return TrainingSet(data.X, np.append(1 - data.y[:1], data.y[1:]))


def a_blank_more(data: TrainingSet) -> TrainingSet:
    X = data.X.copy()
    X.loc[0, "age"] = np.nan
    return TrainingSet(X, data.y)


def turned_round(data: TrainingSet) -> TrainingSet:
    return TrainingSet(data.X[::-1], data.y[::-1])


@pytest.mark.parametrize("change", [someone_else_left, a_blank_more, turned_round])
def test_other_people_are_not_fitted_in_a_releases_name(data, change, english):
    card = releases.load(shipped.SERVES).card

    with pytest.raises(TrainingRefused, match="their fingerprint is another"):
        training.retrained(change(data), card)


def test_a_release_of_another_recipe_is_not_fitted_again(data, english):
    card = releases.load("1.0.0").card

    with pytest.raises(TrainingRefused, match="recipe 1, this version trains recipe 3"):
        training.retrained(data, card)


@both
def test_each_persons_probability_is_the_pickled_pipelines(people, version):
    release = releases.load(version)
    rows = normalised(release, people)
    pipeline = pickled.open_pipeline(release)

    found = [release.scorecard.probability(row) for row in rows]

    X = frame_of(rows, release.scorecard.names)
    expected = pipeline.predict_proba(X)[:, 1]
    assert np.abs(expected - found).max() <= 1e-12


@both
def test_each_persons_contributions_sum_to_the_pipelines_decision(people, version):
    release = releases.load(version)
    rows = normalised(release, people)
    pipeline = pickled.open_pipeline(release)

    found = [
        release.scorecard.base + sum(c.points for c in release.scorecard.explain(row))
        for row in rows
    ]

    expected = pipeline.decision_function(frame_of(rows, release.scorecard.names))
    assert np.abs(expected - found).max() <= 1e-9


@both
def test_everyone_at_once_gets_what_each_gets_alone(people, version):
    scorecard = releases.load(version).scorecard
    rows = normalised(releases.load(version), people)

    assert bulk.logits(scorecard, rows).tolist() == [
        scorecard.logit(row) for row in rows
    ]
    assert bulk.probabilities(scorecard, rows) == [
        scorecard.probability(row) for row in rows
    ]


@pytest.mark.long
def test_measured_again_the_model_is_as_good_as_its_card_says(data):
    card = releases.load(shipped.SERVES).card
    recipe = recipe_for(data.X, card["model"]["columns"], card["model"]["seed"])

    found = evaluate(data, recipe)

    means = {name: measure["mean"] for name, measure in found.metrics.items()}
    calibrated = calibration(data.y, found.by_repeat)
    assert means["average_precision"] >= 0.655
    assert means["roc_auc"] >= 0.838
    assert means["brier"] <= 0.091
    assert 0.85 <= calibrated["slope"] <= 1.15
    assert calibrated["base_rate"] == LEAVERS / EMPLOYEES
    assert abs(calibrated["mean_probability"] - LEAVERS / EMPLOYEES) <= 0.01
    for name, measure in card["metrics"].items():
        assert found.metrics[name] == pytest.approx(measure, abs=1e-9)
    for name in ("base_rate", "mean_probability"):
        assert calibrated[name] == pytest.approx(card["calibration"][name], abs=1e-9)
    # The slope is itself fitted, to less than the last digit.
    for name in ("slope", "slope_spread"):
        assert calibrated[name] == pytest.approx(card["calibration"][name], abs=1e-6)
    for bin_, written in zip(
        calibrated["bins"], card["calibration"]["bins"], strict=True
    ):
        assert (bin_["count"], bin_["left"]) == (written["count"], written["left"])


def test_nobody_in_training_is_beyond_what_training_has_seen(people):
    release = releases.current()

    for values in normalised(release, people):
        assert release.scorecard.beyond(values) == []


@pytest.mark.django_db
def test_everyone_is_imported_once_and_without_the_outcome(hr_data, english):
    def run() -> str:
        out = io.StringIO()
        call_command("import_employees", "--data", str(hr_data), stdout=out)
        return out.getvalue()

    first, second = run(), run()

    assert f"Inserted: {EMPLOYEES}, updated: 0, unchanged: 0." in first
    assert f"Inserted: 0, updated: 0, unchanged: {EMPLOYEES}." in second
    assert Employee.objects.count() == EMPLOYEES
    assert not Employee.objects.filter(features__has_key=TARGET).exists()
