"""How training's values were spread, without a value that few people share."""

import json

import numpy as np
import pytest

from attrition import features
from attrition.reference import distributions
from attrition.training_set import TrainingSet
from tests.attrition.generated import training_data

PAY, OVERTIME, LEVEL, ROLE = (
    "revenu_mensuel",
    "heure_supplementaires",
    "niveau_hierarchique_poste",
    "poste",
)


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return training_data(300, blanks=0.05)


def of_column(data: TrainingSet, name: str, values: list) -> dict:
    """What is said of one column that holds these values and no other."""
    kind = data.X[name].dtype
    X = data.X.iloc[: len(values)].assign(**{name: values})
    return distributions(X.astype({name: kind}))[name]


def test_every_scorable_field_has_its_distribution(data):
    found = distributions(data.X)

    assert found.keys() == {field.name for field in features.SCORABLE}
    assert {"age", "genre"} <= found.keys()


def test_numbers_have_deciles(data):
    found = of_column(data, PAY, list(range(1000, 1101)))

    assert found == {"null": 0.0, "deciles": [1010.0 + 10 * n for n in range(9)]}


def test_other_fields_have_the_share_of_each_value(data):
    found = of_column(data, LEVEL, [1] * 10 + [2] * 40 + [5] * 50)

    assert found == {
        "null": 0.0,
        "shares": [[1, 0.1], [2, 0.4], [5, 0.5]],
        "other": 0.0,
    }


def test_names_and_yes_no_have_shares_too(data):
    roles = of_column(data, ROLE, ["Vendeur"] * 75 + ["Ébéniste"] * 25)
    overtime = of_column(data, OVERTIME, [0] * 75 + [1] * 25)

    assert roles["shares"] == [["Vendeur", 0.75], ["Ébéniste", 0.25]]
    assert overtime["shares"] == [[0, 0.75], [1, 0.25]]


def test_values_of_fewer_than_ten_people_stand_together(data):
    values = ["Vendeur"] * 50 + ["Ébéniste"] * 10 + ["Patron"] * 9 + ["Doreur"] * 11
    values += ["Apprenti"] * 20

    found = of_column(data, ROLE, values)

    assert found["shares"] == [
        ["Apprenti", 0.2],
        ["Doreur", 0.11],
        ["Vendeur", 0.5],
        ["Ébéniste", 0.1],
    ]
    assert found["other"] == pytest.approx(0.09)
    assert "Patron" not in str(found)


def test_the_missing_are_a_share_of_all_and_the_others_of_those_known(data):
    found = of_column(data, OVERTIME, [None] * 20 + [0] * 60 + [1] * 20)

    assert found == {"null": 0.2, "shares": [[0, 0.75], [1, 0.25]], "other": 0.0}


def test_the_missing_do_not_move_a_decile(data):
    numbers = [float(number) for number in range(1000, 1101)]

    found = of_column(data, PAY, numbers + [np.nan] * 101)

    assert found == {"null": 0.5, "deciles": [1010.0 + 10 * n for n in range(9)]}


@pytest.mark.parametrize("name", [PAY, OVERTIME, ROLE])
def test_a_field_without_any_value_is_all_null(data, name):
    assert of_column(data, name, [None] * 30) == {"null": 1.0}


def test_shares_add_up(data):
    for name, found in distributions(data.X).items():
        if "shares" in found:
            total = sum(share for _, share in found["shares"]) + found["other"]
            assert total == pytest.approx(1, abs=1e-5), name
        assert found["null"] == pytest.approx(data.X[name].isna().mean(), abs=1e-6)


def test_what_is_found_can_be_written_down_with_whole_numbers_as_such(data):
    found = json.loads(json.dumps(distributions(data.X), allow_nan=False))

    values = [value for value, _ in found[LEVEL]["shares"]]
    assert values == [1, 2, 3, 4, 5]
    assert all(type(value) is int for value in values)
