"""The model as points: the pipeline's probability, and the sum of its explanation."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from django.utils.translation import override

from attrition import proving
from attrition.json_files import Malformed
from attrition.releases import SCORECARD
from attrition.scorecard import ChoicePoints, NumberPoints, Scorecard, probability_of
from attrition.scorecard_format import scorecard_from
from attrition.tables import frame_of, rows_of
from tests import shipped

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
BENT = Scorecard(
    0.0,
    (
        NumberPoints(
            "revenu_mensuel",
            low=1000,
            high=5000,
            scale=0.00025,
            offset=-0.25,
            transform="sqrt",
            weight=2.0,
            usual=2000,
            null=2000,
        ),
        ChoicePoints(
            "nombre_participation_pee",
            {0: 0.0, 1: -1.0, 3: -2.0},
            usual=0,
            null=0,
            unseen=-0.5,
            clip=(0.0, 3.0),
        ),
    ),
)


@pytest.fixture(scope="module")
def rows(fitted) -> pd.DataFrame:
    """Everyone in training, and rows of nulls, unseen values and extreme numbers."""
    names = list(fitted.scorecard.names)
    hostile = frame_of(proving.hostile_rows(fitted.scorecard), names)
    extreme = fitted.data.X[names].head(4).copy()
    numbers = extreme.select_dtypes("number").columns
    for place, value in enumerate([-1e300, 1e300, 1e-300, -0.0]):
        extreme.iloc[place, extreme.columns.get_indexer(numbers)] = value
    # A count is a whole number, whoever counts.
    extreme["nombre_participation_pee"] = [-(10.0**15), 1e15, 11.0, -0.0]
    return pd.concat([fitted.data.X[names], hostile, extreme], ignore_index=True)


def test_the_rows_to_compare_on_leave_out_and_exceed_every_field(fitted, rows):
    people = rows_of(rows)

    missing = {name for row in people for name, value in row.items() if value is None}
    outside = {
        name
        for row in people
        for name in fitted.scorecard.beyond(row) + fitted.scorecard.rare(row)
    }

    assert missing == outside == set(fitted.scorecard.names)


def test_the_scorecards_probability_is_the_pipelines(fitted, rows):
    expected = fitted.pipeline.predict_proba(rows)[:, 1]

    found = [fitted.scorecard.probability(row) for row in rows_of(rows)]

    assert np.abs(expected - found).max() <= 1e-12


def test_base_and_contributions_sum_to_the_decision_function(fitted, rows):
    expected = fitted.pipeline.decision_function(rows)

    found = [
        fitted.scorecard.base + sum(c.points for c in fitted.scorecard.explain(row))
        for row in rows_of(rows)
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

    again = scorecard_from(json.loads(text))

    assert json.dumps(again.as_json()) == text
    assert [again.probability(row) for row in rows_of(rows)] == [
        fitted.scorecard.probability(row) for row in rows_of(rows)
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


@pytest.mark.parametrize(
    ("values", "logit"),
    [
        ({}, 0.0),
        ({"revenu_mensuel": 2000, "nombre_participation_pee": 0}, 0.0),
        ({"revenu_mensuel": 1000}, -1.0),
        ({"revenu_mensuel": 1040}, -0.8),
        ({"revenu_mensuel": 3250}, 0.5),
        ({"revenu_mensuel": 5000}, 1.0),
        ({"revenu_mensuel": -1e300}, -1.0),
        ({"revenu_mensuel": 10**18}, 1.0),
        ({"nombre_participation_pee": 1}, -1.0),
        ({"nombre_participation_pee": 1.0}, -1.0),
        ({"nombre_participation_pee": 2}, -0.5),
        ({"nombre_participation_pee": 3}, -2.0),
        ({"nombre_participation_pee": 10**18}, -2.0),
        ({"nombre_participation_pee": -1}, 0.0),
    ],
    ids=[
        "nothing",
        "all usual",
        "the root of nothing",
        "the root of a little",
        "the root of more",
        "the root of the highest seen",
        "below what was seen",
        "above what was seen",
        "a count",
        "a count as a float",
        "a count never seen",
        "the highest count",
        "more than was counted",
        "less than was counted",
    ],
)
def test_roots_are_of_what_was_seen_and_counts_are_the_nearest_seen(values, logit):
    assert BENT.logit(values) == pytest.approx(logit, abs=1e-15)


@pytest.mark.parametrize("count", [4, 5, 6, 10**18])
def test_beyond_an_end_without_a_weight_a_count_counts_as_never_seen(count):
    few_have_five = scorecard_from(with_count(clip=[0, 5]))

    assert few_have_five.logit({"nombre_participation_pee": count}) == -0.5
    assert few_have_five.logit({"nombre_participation_pee": 3}) == -2.0


def test_the_explanation_names_each_field_with_its_value_its_usual_and_its_points():
    [age, education, job] = SMALL.explain({"age": 60, "niveau_education": 5})

    assert age == ("age", 60, 40, pytest.approx(2.0))
    assert education == ("niveau_education", 5, 2, 0.25)
    assert job == ("poste", None, "Ébéniste", 0.0)


def test_the_largest_contribution_comes_first_and_ties_in_the_tables_order():
    found = SMALL.explain({"poste": "Vendeur", "niveau_education": 1})

    assert [item.field for item in found] == ["niveau_education", "poste", "age"]
    assert [c.field for c in SMALL.explain({})] == ["age", "poste", "niveau_education"]


def test_what_training_has_not_seen_is_named_by_how_it_counts():
    unseen = {"age": 61, "poste": "Astronaute", "niveau_education": 3}

    assert SMALL.beyond(unseen) == ["age"]
    assert SMALL.rare(unseen) == ["poste", "niveau_education"]


def test_what_training_has_seen_or_what_is_missing_is_not_named():
    seen = {"age": 20, "poste": "Vendeur", "niveau_education": None}

    assert SMALL.beyond(seen) == SMALL.rare(seen) == []


@pytest.mark.parametrize("count", [-1, 4, 10**18])
def test_a_count_beyond_the_ends_counts_as_the_nearest_and_is_not_rare(count):
    values = {"revenu_mensuel": 1000, "nombre_participation_pee": count}

    assert BENT.beyond(values) == ["nombre_participation_pee"]
    assert BENT.rare(values) == []


def test_a_count_in_a_gap_has_no_points_of_its_own_and_is_not_beyond():
    values = {"revenu_mensuel": 1000, "nombre_participation_pee": 2}

    assert BENT.beyond(values) == []
    assert BENT.rare(values) == ["nombre_participation_pee"]


def test_beyond_an_end_that_few_hold_a_count_is_beyond_and_not_rare():
    few_have_five = scorecard_from(with_count(clip=[0, 5]))
    six, five = ({"nombre_participation_pee": count} for count in (6, 5))

    assert few_have_five.logit(six) == few_have_five.logit(five)
    assert (few_have_five.beyond(six), few_have_five.rare(six)) == (list(six), [])
    assert (few_have_five.beyond(five), few_have_five.rare(five)) == ([], list(five))


def test_a_number_is_named_just_beyond_what_was_seen():
    just_beyond = [math.nextafter(1000, 0), math.nextafter(5000, 9999)]

    assert BENT.beyond({"revenu_mensuel": 1000}) == []
    for number in just_beyond:
        assert BENT.beyond({"revenu_mensuel": number}) == ["revenu_mensuel"]


@pytest.mark.parametrize(
    "logit", [-1e308, -1000.0, -1.0, -0.0, 0.0, 1.0, 1000.0, 1e308]
)
def test_a_probability_is_from_0_to_1_for_any_logit(logit):
    assert 0 <= probability_of(logit) <= 1
    assert probability_of(logit) + probability_of(-logit) == pytest.approx(1, abs=1e-15)


def test_the_probability_is_the_logistic_function_of_the_logit():
    assert probability_of(0) == 0.5
    assert probability_of(math.log(3)) == pytest.approx(0.75, abs=1e-15)


FORMAT_1 = {
    "format": 1,
    "base": -1.0,
    "fields": [
        {
            "field": "age",
            "low": 20,
            "high": 60,
            "weight": 0.1,
            "usual": 40,
            "null": 40,
        },
        {
            "field": "poste",
            "table": [["Ébéniste", 0.0], ["Vendeur", 1.5]],
            "usual": "Ébéniste",
            "null": "Ébéniste",
            "unseen": -0.5,
        },
        {
            "field": "niveau_education",
            "table": [[1, -2.0], [2, 0.0]],
            "usual": 2,
            "null": 2,
            "unseen": 0.25,
        },
    ],
}
"""`SMALL`, as the version that made release 1.0.0 wrote it."""


def test_the_first_format_is_still_read():
    scorecard = scorecard_from(FORMAT_1)

    assert (scorecard.base, scorecard.fields) == (SMALL.base, SMALL.fields)


def test_what_was_read_in_the_first_format_is_written_in_the_second():
    written = scorecard_from(FORMAT_1).as_json()

    assert written["format"] == 2
    assert written == SMALL.as_json()
    assert scorecard_from(written).fields == SMALL.fields


@pytest.mark.parametrize(("version", "number"), [("1.0.0", 1), ("1.1.0", 2)], ids=str)
def test_both_formats_are_shipped(version, number):
    path = shipped.FOLDER / version / SCORECARD
    document = json.loads(path.read_text(encoding="utf-8"))

    scorecard = scorecard_from(document)

    assert document["format"] == number
    assert list(scorecard.names) == [item["field"] for item in document["fields"]]


def test_a_round_trip_keeps_roots_and_counts():
    again = scorecard_from(json.loads(json.dumps(BENT.as_json())))

    assert again.fields == BENT.fields


def without(key: str) -> dict:
    document = SMALL.as_json()
    del document[key]
    return document


def with_number(**changes) -> dict:
    [income, count] = BENT.as_json()["fields"]
    return BENT.as_json() | {"fields": [income | changes, count]}


def with_count(**changes) -> dict:
    [income, count] = BENT.as_json()["fields"]
    return BENT.as_json() | {"fields": [income, count | changes]}


@pytest.mark.parametrize(
    "document",
    [
        SMALL.as_json() | {"format": 3},
        SMALL.as_json() | {"format": 0},
        SMALL.as_json() | {"format": "1"},
        without("format"),
        without("base"),
        without("fields"),
        SMALL.as_json() | {"base": "low"},
        SMALL.as_json() | {"fields": [{"field": "age"}]},
        SMALL.as_json() | {"fields": [{"field": "poste", "table": 1}]},
        SMALL.as_json() | {"fields": None},
        with_number(transform="log1p"),
        with_number(transform=None),
        with_number(offset=-0.5),
        with_number(low="low"),
        with_number(exponent=2),
        with_count(clip=3),
        with_count(clip=["low", "high"]),
        with_count(table=[[0]]),
        [],
    ],
    ids=[
        "a later format",
        "an earlier format",
        "a format of text",
        "no format",
        "no base",
        "no fields",
        "base of text",
        "half a field",
        "odd table",
        "null fields",
        "another function",
        "no function",
        "the root of a negative number",
        "low of text",
        "more than is known",
        "clipped to a number",
        "clipped to text",
        "half a pair",
        "a list",
    ],
)
def test_a_document_that_is_no_scorecard_is_refused(document):
    with pytest.raises(Malformed):
        scorecard_from(document)


@pytest.mark.parametrize(
    "document",
    [
        with_count(clip=[]),
        with_count(clip=[0]),
        with_number(low=-(10**400)),
        SMALL.as_json() | {"base": 10**400},
        SMALL.as_json() | {"fields": ["table"]},
        with_count(table=[]),
        with_count(table={}),
        with_count(table=None),
    ],
    ids=[
        "no clip",
        "half a clip",
        "no float",
        "a base that is no float",
        "a word",
        "an empty table",
        "an empty object",
        "a null table",
    ],
)
def test_a_document_of_odd_parts_is_refused(document):
    with pytest.raises(Malformed):
        scorecard_from(document)


def test_an_empty_table_is_refused_with_its_place():
    with (
        override("en"),
        pytest.raises(Malformed, match=r"^fields\.1\.table has too few"),
    ):
        scorecard_from(with_count(table=[]))
