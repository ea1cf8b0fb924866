"""Many people at once get what each would get alone, to the same bit."""

import math

import pytest

from attrition import bulk, proving
from attrition.scorecard import TRANSFORMS, ChoicePoints, NumberPoints, Scorecard
from attrition.tables import rows_of

SMALL = Scorecard(
    -1.0,
    (
        NumberPoints("age", low=20, high=60, weight=0.1, usual=40, null=40),
        NumberPoints(
            "revenu_mensuel",
            low=1009,
            high=19999,
            scale=1 / 18990,
            offset=-1009 / 18990,
            transform="sqrt",
            weight=-1.5,
            usual=4903.5,
            null=4903.5,
        ),
        ChoicePoints(
            "poste",
            {"Ébéniste": 0.0, "Vendeur": 1.5},
            usual="Ébéniste",
            null="Ébéniste",
            unseen=-0.5,
        ),
        ChoicePoints(
            "nombre_participation_pee",
            {0: 0.0, 1: -1.0, 3: -0.7},
            usual=0,
            null=0,
            unseen=0.3,
            clip=(0.0, 3.0),
        ),
    ),
)

ROWS = [
    {},
    {"age": None, "revenu_mensuel": None, "poste": None},
    {"age": 33, "revenu_mensuel": 1009.01, "poste": "Vendeur"},
    {"age": -1e300, "revenu_mensuel": 1e300, "poste": "Astronaute"},
    {"age": 10**18, "revenu_mensuel": -(10**18), "nombre_participation_pee": 10**18},
    {"age": 1e-300, "revenu_mensuel": math.nextafter(1009, 9999)},
    {"age": math.nextafter(20, 0), "nombre_participation_pee": 2},
    {"age": math.nextafter(60, 99), "nombre_participation_pee": -3},
    {"eval_number": "E_669", "age": 16},
]


def test_a_transform_that_is_new_is_known_to_both(monkeypatch):
    monkeypatch.setitem(TRANSFORMS, "cbrt", math.cbrt)
    root = NumberPoints(
        *("age", 16, 60, -1.5, 40, 40), scale=1 / 44, offset=-0.4, transform="cbrt"
    )
    scorecard = Scorecard(-1.0, (root,))
    rows = [{"age": age} for age in (None, 16, 16.1, 17, 33.3, 40, 59, 1e9)]

    found = bulk.logits(scorecard, rows).tolist()

    assert found == [scorecard.logit(row) for row in rows]
    assert len(set(found)) == len(rows) - 1


def test_each_row_gets_the_logit_it_gets_alone():
    assert bulk.logits(SMALL, ROWS).tolist() == [SMALL.logit(row) for row in ROWS]


def test_each_row_gets_the_probability_it_gets_alone():
    alone = [SMALL.probability(row) for row in ROWS]

    assert bulk.probabilities(SMALL, ROWS) == alone
    assert len(set(alone)) > len(ROWS) / 2


def test_everyone_in_training_and_the_hostile_rows_get_what_they_get_alone(fitted):
    rows = [*rows_of(fitted.data.X), *proving.hostile_rows(fitted.scorecard)]

    found = bulk.probabilities(fitted.scorecard, rows)

    assert found == [fitted.scorecard.probability(row) for row in rows]
    logits = bulk.logits(fitted.scorecard, rows).tolist()
    assert logits == [fitted.scorecard.logit(row) for row in rows]


def test_a_row_gets_the_same_whoever_stands_beside_it():
    together = bulk.probabilities(SMALL, ROWS)

    assert [bulk.probabilities(SMALL, [row]) for row in ROWS] == [[p] for p in together]
    assert bulk.probabilities(SMALL, ROWS[::-1]) == together[::-1]
    assert bulk.probabilities(SMALL, ROWS * 3) == together * 3


def test_nobody_gets_nothing():
    assert bulk.probabilities(SMALL, []) == []
    assert bulk.logits(SMALL, []).tolist() == []


def test_a_scorecard_without_fields_gives_everyone_its_base():
    nothing = Scorecard(0.0, ())

    assert bulk.probabilities(nothing, [{}, {"age": 30}]) == [0.5, 0.5]


def test_the_probabilities_are_pythons_own_numbers():
    """numpy's would not become JSON."""
    assert {type(p) for p in bulk.probabilities(SMALL, ROWS)} == {float}


@pytest.mark.parametrize(("base", "probability"), [(-1e308, 0.0), (1e308, 1.0)])
def test_no_logit_is_too_large(base, probability):
    extreme = Scorecard(base, SMALL.fields)

    assert bulk.probabilities(extreme, ROWS) == [probability] * len(ROWS)


def test_scoring_changes_neither_the_rows_nor_the_scorecard():
    rows = [dict(row) for row in ROWS]
    before = SMALL.as_json()

    bulk.probabilities(SMALL, rows)

    assert rows == ROWS
    assert SMALL.as_json() == before


def test_everyone_is_told_what_they_are_told_alone(fitted):
    rows = [*rows_of(fitted.data.X), *proving.hostile_rows(fitted.scorecard)]
    people = bulk.People(fitted.scorecard, rows)

    beyond, rare = people.beyond(), people.rare()

    assert beyond == [fitted.scorecard.beyond(row) for row in rows]
    assert rare == [fitted.scorecard.rare(row) for row in rows]
    assert any(beyond)
    assert any(rare)


def test_a_small_company_is_told_what_each_is_told_alone():
    people = bulk.People(SMALL, ROWS)

    assert people.beyond() == [SMALL.beyond(row) for row in ROWS]
    assert people.rare() == [SMALL.rare(row) for row in ROWS]
