"""How numbers and reasons read, in the notation of whoever reads them."""

import random

import pytest
from django.utils.translation import override

from attrition.typography import rounded, share_in_words, signed
from predictions.words import (
    direction_in_words,
    duration_in_words,
    percent,
    reason_in_words,
    value_in_words,
)

OVERTIME = {
    "field": "heure_supplementaires",
    "label": "Heures supplémentaires",
    "value": 1,
    "usual": 0,
    "points": 1.2,
}


@pytest.mark.parametrize(
    ("number", "decimals", "french", "english"),
    [
        (0.8396, 3, "0,840", "0.840"),
        (0.8394, 3, "0,839", "0.839"),
        (0.34, 2, "0,34", "0.34"),
        (0.0, 2, "0,00", "0.00"),
        (0.999, 2, "1,00", "1.00"),
        (-0.0126, 3, "−0,013", "−0.013"),
        (16.7, 0, "17", "17"),
        (5e-5, 4, "0,0001", "0.0001"),
    ],
)
def test_a_number_is_rounded_and_not_cut_off(number, decimals, french, english):
    with override("fr"):
        assert rounded(number, decimals) == french
    with override("en"):
        assert rounded(number, decimals) == english


@pytest.mark.parametrize(
    ("size", "decimals", "shown"),
    [
        (0.996, 2, "+1,00"),
        (-0.996, 2, "−1,00"),
        (0.5, 2, "+0,50"),
        (0.0, 2, "0,00"),
        (0.004, 2, "0,00"),
        (-0.004, 2, "0,00"),
        (-3.0, 0, "−3"),
    ],
)
def test_a_size_has_its_sign_unless_it_reads_as_nothing(size, decimals, shown):
    with override("fr"):
        assert signed(size, decimals) == shown


@pytest.mark.parametrize(
    ("share", "decimals", "shown"),
    [
        (0.16028, 1, "16,0\u00a0%"),
        (0.1597, 0, "16\u00a0%"),
        (0.9996, 1, "100,0\u00a0%"),
        (0.0, 0, "0\u00a0%"),
        (1.0, 0, "100\u00a0%"),
    ],
)
def test_a_share_is_a_percentage_that_no_line_break_cuts(share, decimals, shown):
    with override("fr"):
        assert share_in_words(share, decimals) == shown


@pytest.mark.parametrize(
    ("language", "share", "rise"),
    [("fr", "48,6\u00a0%", "−3,5\u00a0%"), ("en", "48.6%", "−3.5%")],
)
def test_a_percent_sign_is_close_to_an_english_number(language, share, rise):
    with override(language):
        assert percent(0.486, 0.34) == share_in_words(0.486) == share
        assert value_in_words("augementation_salaire_precedente", -3.5) == rise


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_percentage_is_on_the_other_side_of_the_threshold(language):
    draw = random.Random(0)
    near = [10.0**-power for power in range(2, 14)]
    pairs = [(draw.random(), draw.random()) for _ in range(500)]
    for threshold in (0.34, 0.37, 0.5, draw.random()):
        pairs += [
            (threshold + sign * gap, threshold) for gap in near for sign in (-1, 1)
        ]

    with override(language):
        for probability, threshold in pairs:
            shown = float(percent(probability, threshold)[:-1].replace(",", "."))

            assert (shown >= threshold * 100) == (probability >= threshold)


def test_a_direction_is_an_association_and_never_an_effect():
    with override("fr"):
        french = [direction_in_words(points) for points in (0.1, -0.1, 0.0)]
    with override("en"):
        english = [direction_in_words(points) for points in (0.1, -0.1, 0.0)]

    assert french == [
        "associé à un risque plus élevé que d'habitude",
        "associé à un risque plus faible que d'habitude",
        "comme d'habitude",
    ]
    assert english == [
        "associated with a higher risk than usual",
        "associated with a lower risk than usual",
        "as usual",
    ]


def test_a_reason_names_the_field_the_value_the_usual_one_and_the_direction():
    with override("fr"):
        french = reason_in_words(OVERTIME)
    with override("en"):
        english = reason_in_words(OVERTIME | {"label": "Overtime", "points": -1.2})

    assert french == (
        "Heures supplémentaires\u00a0: Oui (d'habitude Non)\u00a0: "
        "associé à un risque plus élevé que d'habitude"
    )
    assert english == (
        "Overtime: Yes (usually No): associated with a lower risk than usual"
    )


def test_a_reason_gives_a_quantity_its_unit_and_a_missing_one_a_dash():
    pay = {"field": "revenu_mensuel", "label": "Pay", "value": None, "usual": 4903.5}

    with override("en"):
        text = reason_in_words(pay | {"points": 0.0})

    assert text.startswith("Pay: – (usually 4,903.50\u00a0€")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "< 0,1 s"),
        (0.8, "0,8 s"),
        (9.96, "10,0 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3_600, "1 h"),
        (3_903, "1 h 5 min"),
        (100_000, "27 h 46 min"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds, words):
    with override("fr"):
        assert duration_in_words(seconds).replace("\u00a0", " ") == words
