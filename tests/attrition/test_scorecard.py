"""The model as points: the pipeline's probability, and the sum of its explanation."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from attrition import training
from attrition.scorecard import ChoicePoints, NumberPoints, Scorecard, probability_of

SMALL = Scorecard(
    -1.0,
    (
        NumberPoints("age", low=20, high=60, weight=0.1, usual=40, null=40),
        ChoicePoints(
            "poste",
            {"Ébéniste": 0.0, "Vendeur": 1.5},
            usual="Ébéniste",
            null="Ébéniste",
            unseen=-0.5,
        ),
        ChoicePoints(
            "niveau_education", {1: -2.0, 2: 0.0}, usual=2, null=2, unseen=0.25
        ),
    ),
)


@pytest.fixture(scope="module")
def rows(fitted) -> pd.DataFrame:
    """Everyone in training, and rows of nulls, unseen values and extreme numbers."""
    hostile = training.hostile_rows(fitted.data.X)
    extreme = fitted.data.X.head(4).copy()
    numbers = extreme.select_dtypes("number").columns
    for place, value in enumerate([-1e300, 1e300, 1e-300, -0.0]):
        extreme.iloc[place, extreme.columns.get_indexer(numbers)] = value
    return pd.concat([fitted.data.X, hostile, extreme], ignore_index=True)


def test_the_rows_to_compare_on_leave_out_and_exceed_every_field(fitted, rows):
    people = list(training.plain_rows(rows))

    missing = {name for row in people for name, value in row.items() if value is None}
    outside = {name for row in people for name in fitted.scorecard.not_covered(row)}

    assert missing == outside == set(fitted.scorecard.names)


def test_the_scorecards_probability_is_the_pipelines(fitted, rows):
    expected = fitted.pipeline.predict_proba(rows)[:, 1]

    found = [fitted.scorecard.probability(row) for row in training.plain_rows(rows)]

    assert np.abs(expected - found).max() <= 1e-12


def test_base_and_contributions_sum_to_the_decision_function(fitted, rows):
    expected = fitted.pipeline.decision_function(rows)

    found = [
        fitted.scorecard.base + sum(c.points for c in fitted.scorecard.explain(row))
        for row in training.plain_rows(rows)
    ]

    assert np.abs(expected - found).max() <= 1e-9


def test_the_usual_value_of_each_field_gets_exactly_zero(fitted):
    points = {item.field: item.points(item.usual) for item in fitted.scorecard.fields}

    assert points == dict.fromkeys(fitted.scorecard.names, 0)


def test_a_null_counts_as_the_usual_value(fitted):
    usual = {item.field: item.usual for item in fitted.scorecard.fields}

    nulls = fitted.scorecard.probability(dict.fromkeys(fitted.scorecard.names))

    assert nulls == fitted.scorecard.probability(usual)
    assert nulls == fitted.scorecard.probability({})
    assert nulls == probability_of(fitted.scorecard.base)


def test_a_round_trip_through_json_keeps_every_bit(fitted, rows):
    text = json.dumps(fitted.scorecard.as_json())

    again = Scorecard.from_json(json.loads(text))

    assert json.dumps(again.as_json()) == text
    assert [again.probability(row) for row in training.plain_rows(rows)] == [
        fitted.scorecard.probability(row) for row in training.plain_rows(rows)
    ]


@pytest.mark.parametrize(
    ("values", "logit"),
    [
        ({}, -1.0),
        ({"age": 40, "poste": "Ébéniste", "niveau_education": 2}, -1.0),
        ({"age": 50}, 0.0),
        ({"age": 60}, 1.0),
        ({"age": 99}, 1.0),
        ({"age": 16}, -3.0),
        ({"poste": "Vendeur"}, 0.5),
        ({"poste": "Astronaute"}, -1.5),
        ({"niveau_education": 1}, -3.0),
        ({"niveau_education": 1.0}, -3.0),
        ({"niveau_education": 5}, -0.75),
        ({"eval_number": "E_669"}, -1.0),
    ],
    ids=[
        "nothing",
        "all usual",
        "a number",
        "the highest seen",
        "above what was seen",
        "below what was seen",
        "a category",
        "an unseen category",
        "a mark",
        "a mark as a float",
        "an unseen mark",
        "not a scored field",
    ],
)
def test_the_logit_is_the_base_and_the_points(values, logit):
    assert SMALL.logit(values) == pytest.approx(logit, abs=1e-15)
    assert SMALL.probability(values) == probability_of(SMALL.logit(values))


def test_the_explanation_names_each_field_with_its_value_its_usual_and_its_points():
    [age, education, job] = SMALL.explain({"age": 60, "niveau_education": 5})

    assert age == ("age", 60, 40, pytest.approx(2.0))
    assert education == ("niveau_education", 5, 2, 0.25)
    assert job == ("poste", None, "Ébéniste", 0.0)


def test_the_largest_contribution_comes_first_and_ties_in_the_tables_order():
    found = SMALL.explain({"poste": "Vendeur", "niveau_education": 1})

    assert [item.field for item in found] == ["niveau_education", "poste", "age"]
    assert [c.field for c in SMALL.explain({})] == ["age", "poste", "niveau_education"]


def test_what_training_has_not_seen_is_named():
    unseen = {"age": 61, "poste": "Astronaute", "niveau_education": 3}

    assert SMALL.not_covered(unseen) == ["age", "poste", "niveau_education"]


def test_what_training_has_seen_or_what_is_missing_is_not_named():
    seen = {"age": 20, "poste": "Vendeur", "niveau_education": None}

    assert SMALL.not_covered(seen) == []


@pytest.mark.parametrize(
    "logit", [-1e308, -1000.0, -1.0, -0.0, 0.0, 1.0, 1000.0, 1e308]
)
def test_a_probability_is_from_0_to_1_for_any_logit(logit):
    assert 0 <= probability_of(logit) <= 1
    assert probability_of(logit) + probability_of(-logit) == pytest.approx(1, abs=1e-15)


def test_the_probability_is_the_logistic_function_of_the_logit():
    assert probability_of(0) == 0.5
    assert probability_of(math.log(3)) == pytest.approx(0.75, abs=1e-15)


def without(key: str) -> dict:
    document = SMALL.as_json()
    del document[key]
    return document


@pytest.mark.parametrize(
    "document",
    [
        SMALL.as_json() | {"format": 2},
        without("format"),
        without("base"),
        without("fields"),
        SMALL.as_json() | {"base": "low"},
        SMALL.as_json() | {"fields": [{"field": "age"}]},
        SMALL.as_json() | {"fields": [{"field": "poste", "table": 1}]},
        SMALL.as_json() | {"fields": None},
        [],
    ],
    ids=[
        "another format",
        "no format",
        "no base",
        "no fields",
        "base of text",
        "half a field",
        "odd table",
        "null fields",
        "a list",
    ],
)
def test_a_document_that_is_no_scorecard_is_refused(document):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Scorecard.from_json(document)
