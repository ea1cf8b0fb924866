"""Groups are measured where they are large enough, and no figure is about a person."""

import json

import numpy as np
import pandas as pd
import pytest

from attrition.fairness import by_group
from attrition.training_set import TrainingSet

WOMAN, MAN = 0, 1
SHARES = ("flagged", "precision", "recall", "false_alarms")


def company(
    genders: list[int | None], ages: list[int | None], seed: int = 0
) -> tuple[TrainingSet, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"genre": genders, "age": ages}, dtype=float)
    p = rng.random(len(X))
    return TrainingSet(X, (rng.random(len(X)) < p).astype(int)), p


def of_sizes(
    *, women: int, men: int, unknown: int = 0
) -> tuple[TrainingSet, np.ndarray]:
    """So many women, men and people of whom that is not known, all of one age."""
    genders = [WOMAN] * women + [MAN] * men + [None] * unknown
    return company(genders, [35] * len(genders))


def of_ages(*sizes: int) -> tuple[TrainingSet, np.ndarray]:
    """So many people in each age band, youngest first."""
    ages = [
        age for age, n in zip([25, 35, 45, 55], sizes, strict=True) for _ in range(n)
    ]
    return company([MAN] * len(ages), ages)


def groups(found, name: str) -> list:
    return [row["group"] for row in found.get(name, [])]


# What is measured


@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_every_figure_is_what_counting_finds(threshold):
    rng = np.random.default_rng(1)
    data, p = company(rng.integers(0, 2, 600).tolist(), rng.integers(20, 60, 600))

    for row in by_group(data, p[None, :], threshold)["genre"]:
        who = [i for i in range(600) if data.X["genre"][i] == row["group"]]
        flagged = [i for i in who if p[i] >= threshold]
        left = [i for i in who if data.y[i] == 1]
        caught = [i for i in flagged if data.y[i] == 1]
        stayed = len(who) - len(left)

        assert row["count"] == len(who)
        assert row["left"] == pytest.approx(len(left) / len(who), abs=1e-6)
        assert row["mean_probability"] == pytest.approx(np.mean(p[who]), abs=1e-6)
        assert row["flagged"] == pytest.approx(len(flagged) / len(who), abs=1e-6)
        assert row["precision"] == pytest.approx(len(caught) / len(flagged), abs=1e-6)
        assert row["recall"] == pytest.approx(len(caught) / len(left), abs=1e-6)
        alarms = (len(flagged) - len(caught)) / stayed
        assert row["false_alarms"] == pytest.approx(alarms, abs=1e-6)


def test_each_interval_holds_its_share():
    data, p = of_sizes(women=200, men=300)

    for row in by_group(data, p[None, :], 0.5)["genre"]:
        for name in SHARES:
            low, high = row[f"{name}_interval"]
            assert 0 <= low < row[name] < high <= 1


def test_the_same_seed_draws_the_same_intervals_and_another_others():
    data, p = of_sizes(women=200, men=300)

    assert by_group(data, p[None, :], 0.5, seed=3) == by_group(
        data, p[None, :], 0.5, seed=3
    )
    assert by_group(data, p[None, :], 0.5, seed=3) != by_group(
        data, p[None, :], 0.5, seed=4
    )


def test_a_probability_of_exactly_the_threshold_is_flagged():
    data, p = of_sizes(women=0, men=40)
    p[:] = np.where(np.arange(40) < 30, 0.34, np.nextafter(0.34, 0))

    [row] = by_group(data, p[None, :], 0.34)["genre"]

    assert row["flagged"] == 0.75


def test_people_without_a_gender_or_an_age_are_a_group_of_their_own():
    data, p = company([WOMAN] * 20 + [MAN] * 30 + [None] * 25, [35] * 40 + [None] * 35)

    found = by_group(data, p[None, :], 0.5)

    assert [(row["group"], row["count"]) for row in found["genre"]] == [
        (WOMAN, 20),
        (MAN, 30),
        (None, 25),
    ]
    assert [(row["group"], row["count"]) for row in found["age"]] == [
        ((30, 39), 40),
        (None, 35),
    ]


def test_a_grouping_without_a_group_is_not_there():
    data, p = of_sizes(women=9, men=300)

    assert by_group(data, p[None, :], 0.5).keys() == {"age"}


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (16, (None, 29)),
        (29, (None, 29)),
        (30, (30, 39)),
        (39, (30, 39)),
        (40, (40, 49)),
        (49, (40, 49)),
        (50, (50, None)),
        (100, (50, None)),
    ],
)
def test_an_age_is_in_one_band(age, band):
    data, p = company([MAN] * 12, [age] * 12)

    assert groups(by_group(data, p[None, :], 0.5), "age") == [band]


def test_what_is_found_can_be_written_down():
    data, p = of_ages(20, 20, 20, 20)

    text = json.dumps(by_group(data, p[None, :], 0.99), allow_nan=False)

    assert json.loads(text)["age"][0]["group"] == [None, 29]


# What is hidden


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((10, 20, 30, 40), [0, 1, 2, 3]),
        ((9, 20, 30, 40), [2, 3]),
        ((20, 1, 30, 40), [2, 3]),
        ((30, 40, 20, 9), [0, 1]),
        ((9, 9, 30, 40), [2, 3]),
        ((4, 5, 30, 40), [3]),
        ((5, 5, 30, 40), [2, 3]),
        ((0, 20, 30, 40), [1, 2, 3]),
        ((0, 0, 9, 40), []),
        ((3, 3, 3, 0), []),
    ],
    ids=str,
)
def test_small_groups_are_hidden_with_others_until_ten_people_are(sizes, shown):
    bands = [(None, 29), (30, 39), (40, 49), (50, None)]
    data, p = of_ages(*sizes)

    found = groups(by_group(data, p[None, :], 0.5), "age")

    assert found == [bands[place] for place in shown]
    hidden = sum(sizes) - sum(sizes[place] for place in shown)
    assert hidden == 0 or hidden >= 10 or not shown


@pytest.mark.parametrize(
    ("women", "unknown", "shown"),
    [
        (10, 0, [WOMAN, MAN]),
        (9, 0, []),
        (0, 0, [MAN]),
        (50, 1, [MAN]),
        (9, 1, [MAN]),
        (50, 10, [WOMAN, MAN, None]),
    ],
)
def test_a_subtraction_does_not_show_a_few_people(women, unknown, shown):
    data, p = of_sizes(women=women, men=300, unknown=unknown)

    assert groups(by_group(data, p[None, :], 0.5), "genre") == shown


def four(
    left_flagged: int, stayed_flagged: int, left: int, stayed: int
) -> tuple[TrainingSet, np.ndarray]:
    """Men, so many of each outcome who are flagged, and who are not."""
    data, p = of_sizes(women=0, men=left_flagged + stayed_flagged + left + stayed)
    counts = [left_flagged, stayed_flagged, left, stayed]
    data.y[:] = np.repeat([1, 0, 1, 0], counts)
    p[:] = np.repeat([0.9, 0.9, 0.1, 0.1], counts)
    return data, p


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ((10, 10, 10, 10), ""),
        ((9, 10, 10, 10), "precision recall"),
        ((10, 9, 10, 10), "precision false_alarms"),
        ((4, 5, 30, 30), "flagged precision recall false_alarms"),
        ((4, 20, 5, 30), "left precision recall"),
        ((20, 4, 30, 5), "left precision false_alarms"),
    ],
    ids=str,
)
def test_a_share_of_fewer_than_ten_people_is_none(sizes, hidden):
    data, p = four(*sizes)

    [row] = by_group(data, p[None, :], 0.5)["genre"]

    assert {name for name in (*SHARES, "left") if row[name] is None} == set(
        hidden.split()
    )
    for name in SHARES:
        assert (row[f"{name}_interval"] is None) is (name in hidden.split())
