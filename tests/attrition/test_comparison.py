"""Who would change class if another model served, and who is left out of that."""

import dataclasses
import random

import pytest

from attrition import features, releases
from attrition.comparison import Comparison, compare
from attrition.field import Kind
from attrition.validation import STORABLE
from tests import shipped

BEFORE, AFTER = shipped.SERVES, shipped.VERSIONS[0]


@pytest.fixture
def rows() -> list[dict]:
    """Invented people whom both releases know; some values are missing."""
    draw = random.Random(0)
    known = releases.load(BEFORE).categories

    def value(field):
        if draw.random() < 0.05 and field.name != "age":
            return None
        if field.kind is Kind.CATEGORY:
            return draw.choice(known.get(field.name, ["Seul(e)"]))
        if field.choices:
            return draw.choice(field.choices)
        low = field.low or 0
        return draw.randint(int(low), int(min(low + 20, field.high)))

    return [
        STORABLE.validate({field.name: value(field) for field in features.SCORABLE})
        for _ in range(300)
    ]


def compared(rows, threshold: float = 0.4, **card) -> Comparison:
    """Release 1.1.0 serves; 1.0.0 stands for the one that was just trained."""
    other = releases.load(AFTER)
    return compare(
        rows,
        releases.load(BEFORE),
        other.scorecard,
        {**other.card, **card},
        threshold,
    )


def flagged(rows, version: str, threshold: float) -> list[bool]:
    """One person after the other."""
    scorecard = releases.load(version).scorecard
    return [scorecard.probability(row) >= threshold for row in rows]


@pytest.mark.parametrize("threshold", [0.1, 0.4, 0.7])
def test_the_counts_are_what_counting_finds(rows, threshold):
    before = flagged(rows, BEFORE, shipped.THRESHOLD)
    after = flagged(rows, AFTER, threshold)

    found = compared(rows, threshold)

    pairs = list(zip(before, after, strict=True))
    assert (found.people, found.refused) == (300, 0)
    assert found.flagged_before == sum(before) > 0
    assert found.flagged_after == sum(after) > 0
    assert found.newly_flagged == pairs.count((False, True))
    assert found.no_longer_flagged == pairs.count((True, False))
    assert found.newly_flagged != found.no_longer_flagged


def test_a_model_beside_itself_changes_nobody(rows):
    release = releases.load(BEFORE)

    found = compare(rows, release, release.scorecard, release.card, release.threshold)

    assert (found.newly_flagged, found.no_longer_flagged) == (0, 0)
    assert found.flagged_before == found.flagged_after > 0
    assert all(before == after for before, after in found.metrics.values())


def test_what_serves_flags_at_the_threshold_it_serves_with(rows, settings):
    settings.MODEL_THRESHOLD = 0.8

    found = compared(rows, 0.4)

    assert found.flagged_before == sum(flagged(rows, BEFORE, 0.8))
    assert found.flagged_after == sum(flagged(rows, AFTER, 0.4))


def test_a_probability_of_exactly_the_threshold_is_flagged(rows):
    threshold = releases.load(AFTER).scorecard.probability(rows[0])

    found = compared(rows[:1], threshold)

    assert found.flagged_after == 1


def test_the_measures_of_both_cards_stand_beside_each_other(rows):
    before, after = (releases.load(v).card["metrics"] for v in (BEFORE, AFTER))

    found = compared(rows)

    assert found.version == BEFORE
    assert found.metrics == {
        name: (before[name]["mean"], after[name]["mean"])
        for name in ("average_precision", "roc_auc", "brier")
    }


def test_a_measure_that_only_one_card_has_is_left_out(rows):
    metrics = {"roc_auc": {"mean": 0.7, "std": 0}, "luck": {"mean": 1, "std": 0}}

    assert compared(rows, metrics=metrics).metrics.keys() == {"roc_auc"}


def test_a_release_whose_card_measures_nothing_is_compared_too(rows):
    release = releases.load(BEFORE)
    silent = {name: said for name, said in release.card.items() if name != "metrics"}

    found = compare(
        rows,
        dataclasses.replace(release, card=silent),
        release.scorecard,
        release.card,
        0.4,
    )

    assert found.metrics == {}
    assert found.people == 300


# Whom what serves would refuse


def refused_beside(found: Comparison, refused: int) -> Comparison:
    return dataclasses.replace(found, refused=refused)


@pytest.mark.parametrize("name", ["departement", "poste", "domaine_etude"])
def test_whom_the_release_would_refuse_is_counted_apart(rows, name):
    strange = [row | {name: "Atelier"} for row in rows[:40]]

    found = compared(strange + rows[40:])

    assert found == refused_beside(compared(rows[40:]), 40)
    assert found.people == 260


def test_whoever_is_refused_changes_no_other_count_though_flagged(rows):
    strange = [row | {"departement": "Atelier", "poste": "Doreur"} for row in rows]

    found = compared([*rows, *strange])

    assert any(flagged(strange, BEFORE, shipped.THRESHOLD))
    assert found == refused_beside(compared(rows), 300)


def test_everybody_may_be_refused(rows):
    found = compared([row | {"departement": "Atelier"} for row in rows])

    assert (found.people, found.refused) == (0, 300)
    assert (found.flagged_before, found.flagged_after) == (0, 0)
    assert (found.newly_flagged, found.no_longer_flagged) == (0, 0)


@pytest.mark.parametrize(
    "change",
    [
        dict.fromkeys(("departement", "poste", "domaine_etude")),
        {"statut_marital": "Pacsé(e)"},
        {"revenu_mensuel": 999_999.0, "nombre_participation_pee": 100.0},
    ],
    ids=["missing categories", "a category that is not scored", "numbers never seen"],
)
def test_anything_else_is_no_reason_to_refuse(rows, change):
    found = compared([row | change for row in rows])

    assert (found.people, found.refused) == (300, 0)


def test_a_category_that_was_not_given_is_no_reason_to_refuse(rows):
    bare = [{"age": row["age"]} for row in rows]

    found = compared(bare)

    assert (found.people, found.refused) == (300, 0)


def test_only_what_the_serving_release_knows_counts(rows):
    release = releases.load(BEFORE)
    categories = {**release.categories, "departement": []}
    ignorant = dataclasses.replace(
        release, card={**release.card, "categories": categories}
    )
    has_one = [row["departement"] is not None for row in rows]

    def refused(serves, new) -> int:
        return compare(rows, serves, new.scorecard, new.card, 0.4).refused

    assert refused(serves=ignorant, new=release) == sum(has_one) < len(rows)
    assert refused(serves=release, new=ignorant) == 0


# Whether the measures are of the same people


@pytest.mark.parametrize("same", [True, False])
def test_it_is_said_whether_both_were_measured_on_the_same_data(rows, same):
    data = dict(releases.load(BEFORE).card["data"])
    if not same:
        data["sha256"] = "0" * 64

    assert compared(rows, data=data).same_data is same


def test_the_same_number_of_people_are_not_yet_the_same_data(rows):
    before, after = (releases.load(v).card["data"] for v in (BEFORE, AFTER))

    assert (before["employees"], before["left"]) == (after["employees"], after["left"])
    assert compared(rows).same_data is (before["sha256"] == after["sha256"]) is False
