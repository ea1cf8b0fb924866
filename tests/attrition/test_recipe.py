"""How columns are read depends on what they hold, how strongly on who may be seen."""

import dataclasses
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from attrition import features, recipe, training
from attrition.compiling import compile_scorecard
from attrition.errors import TrainingRefused
from attrition.features import BY_NAME, TRAINING_COLUMNS
from attrition.field import Kind
from attrition.recipe import Recipe, chosen, new_pipeline, recipe_for
from attrition.training_set import TrainingSet
from tests.attrition.generated import training_data

COURSES, PAY, RISE = (
    "nb_formations_suivies",
    "revenu_mensuel",
    "augementation_salaire_precedente",
)
OVERTIME, MARK, TRAVEL, ROLE = (
    "heure_supplementaires",
    "niveau_education",
    "frequence_deplacement",
    "poste",
)
BLOCKS = {"numbers": PAY, "steps": COURSES, "answers": OVERTIME, "names": ROLE}
TRUTH = {
    "heure_supplementaires": 1.5,
    "satisfaction_employee_equipe": -0.7,
    "niveau_hierarchique_poste": 0.5,
    "distance_domicile_travail": 0.3,
    "revenu_mensuel": -0.0004,
}


def column(*values: object, times: int = 40) -> "pd.Series":
    return pd.Series(list(values) * times)


def people(count: int = 240, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """One column of each block, and an outcome that overtime explains."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            PAY: rng.uniform(1500, 9000, count),
            COURSES: rng.integers(0, 4, count).astype(float),
            OVERTIME: rng.integers(0, 2, count).astype(float),
            ROLE: rng.choice(["Vendeur", "Ébéniste"], count).astype(object),
        }
    )
    y = (rng.random(count) < np.where(X[OVERTIME] == 1, 0.6, 0.2)).astype(int)
    return X, y


# What gets a point a number


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ((0, 1), {COURSES: (0, 1)}),
        ((40, 1, 2, 3, 5), {COURSES: (1, 40)}),
        ((0, 1, 2, 3, 4, None), {COURSES: (0, 4)}),
        ((0, 1, 2, 3, 4, 5), {}),
    ],
    ids=["two", "five, far apart", "five and missing", "six"],
)
def test_a_whole_number_of_at_most_five_values_gets_a_point_a_number(values, counts):
    X = pd.DataFrame({COURSES: column(*values)})

    assert recipe_for(X, [COURSES]).clipped == counts


@pytest.mark.parametrize("name", [PAY, RISE, OVERTIME])
def test_no_other_number_and_no_answer_is_a_count(name):
    X = pd.DataFrame({name: column(0, 1)})

    assert recipe_for(X, [name]).clipped == {}


def test_a_mark_is_clipped_to_the_marks_that_were_seen():
    X = pd.DataFrame({MARK: column(2, 4, 3, None)})

    assert recipe_for(X, [MARK]).clipped == {MARK: (2, 4)}


def test_travel_has_an_order_and_is_not_clipped():
    X = pd.DataFrame({TRAVEL: column("Aucun", "Frequent")}, dtype=object)

    assert recipe_for(X, [TRAVEL]).clipped == {}


def test_a_mark_that_nobody_had_counts_as_the_nearest():
    X, y = people()
    X[MARK] = np.resize([2.0, 3.0, 4.0], len(X))
    pipeline = new_pipeline(recipe_for(X, tuple(X))).fit(X, y)

    scorecard = compile_scorecard(pipeline)

    logits = [scorecard.logit({MARK: mark}) for mark in range(1, 6)]
    assert logits[0] == logits[1]
    assert logits[3] == logits[4]
    assert len(set(logits)) == 3
    assert scorecard.beyond({MARK: 1}) == [MARK]
    assert scorecard.rare({MARK: 1}) == []


def test_the_recipe_has_the_columns_and_the_seed_it_was_asked_for():
    X = pd.DataFrame({COURSES: column(0, 1), PAY: column(1500, 9000)})

    found = recipe_for(X, [PAY, COURSES], seed=3)

    assert found.columns == (PAY, COURSES)
    assert found.seed == 3


def test_columns_that_hold_next_to_nothing_are_refused_by_their_names(english):
    X = pd.DataFrame(
        {PAY: column(None), OVERTIME: column(0, 1, times=20), RISE: column(None)}
    )
    X.loc[:8, RISE] = 11.0

    with pytest.raises(TrainingRefused) as caught:
        recipe_for(X, [PAY, OVERTIME, RISE])

    assert f"Fewer than 10 people have a value in: {PAY}, {RISE}." in str(caught.value)
    assert "--leave-out" in str(caught.value)


def test_an_empty_column_that_is_left_out_does_no_harm():
    X = pd.DataFrame({PAY: column(None), OVERTIME: column(0, 1, times=20)})

    assert recipe_for(X, [OVERTIME]).columns == (OVERTIME,)


def test_ten_values_are_enough():
    X = pd.DataFrame({PAY: column(None)})
    X.loc[:9, PAY] = 3000.0

    assert recipe_for(X, [PAY]).columns == (PAY,)


def test_no_column_at_all_is_refused(english):
    X = pd.DataFrame({PAY: column(1500, 9000)})

    with pytest.raises(TrainingRefused, match="No field is left to train on"):
        recipe_for(X, [])


# What has a point of its own


def test_a_value_of_ten_people_has_a_point_of_its_own_and_one_of_nine_has_none():
    roles = ["Vendeur"] * 50 + ["Ébéniste"] * 10 + ["Patron"] * 9
    X = pd.DataFrame({ROLE: roles}, dtype=object)

    found = recipe_for(X, [ROLE])

    assert found.values == {ROLE: ("Vendeur", "Ébéniste")}


def test_a_rare_value_counts_as_one_never_seen():
    X, y = people()
    X.loc[:8, ROLE] = "Patron"
    made = recipe_for(X, tuple(X))

    pipeline = new_pipeline(made).fit(X, y)

    scorecard = compile_scorecard(pipeline)
    rare, unknown = (scorecard.logit({ROLE: role}) for role in ("Patron", "Doreur"))
    assert rare == unknown
    assert rare != scorecard.logit({ROLE: "Vendeur"})


def test_columns_of_nothing_but_rare_values_are_refused_by_their_names(english):
    roles = [f"Role {number // 9}" for number in range(90)]
    X = pd.DataFrame({ROLE: roles, PAY: range(90)})

    with pytest.raises(TrainingRefused) as caught:
        recipe_for(X, [ROLE, PAY])

    assert f"No value is held by 10 people or more in: {ROLE}." in str(caught.value)
    assert "--leave-out" in str(caught.value)


# What is fitted


@pytest.mark.parametrize("left_out", BLOCKS)
def test_a_pipeline_does_without_any_kind_of_block(left_out):
    X, y = people()
    made = recipe_for(X, tuple(X)).without(BLOCKS[left_out])

    pipeline = new_pipeline(made).fit(X[list(made.columns)], y)

    blocks = [name for name, *_ in pipeline.named_steps["columns"].transformers]
    assert blocks == [name for name in BLOCKS if name != left_out]
    assert set(compile_scorecard(pipeline).names) == set(made.columns)


@pytest.mark.parametrize("only", BLOCKS)
def test_a_pipeline_does_with_a_single_block(only):
    X, y = people()
    made = recipe_for(X, [BLOCKS[only]])

    pipeline = new_pipeline(made).fit(X[list(made.columns)], y)

    blocks = [name for name, *_ in pipeline.named_steps["columns"].transformers]
    assert blocks == [only]


def test_fields_of_each_kind_stand_in_their_block():
    values = dict.fromkeys(TRAINING_COLUMNS, (0, 1))
    marks = [
        f.name for f in features.SCORABLE if f.kind is Kind.ORDINAL and not f.order
    ]
    ends = dict.fromkeys([COURSES, *marks], (0, 3))
    made = Recipe(TRAINING_COLUMNS, ends, values)

    columns = new_pipeline(made).named_steps["columns"].transformers

    found = {name: names for name, _, names in columns}
    assert sorted(found["steps"]) == sorted(ends)
    assert {PAY, RISE, "distance_domicile_travail"} <= set(found["numbers"])
    assert COURSES not in found["numbers"]
    assert found["answers"] == [OVERTIME]
    assert set(found["names"]) == {"departement", ROLE, "domaine_etude", TRAVEL}
    placed = [name for names in found.values() for name in names]
    assert sorted(placed) == sorted(TRAINING_COLUMNS)


@pytest.mark.parametrize("transform", recipe.TRANSFORMS)
def test_numbers_are_bent_as_the_recipe_says(transform):
    X, y = people()
    made = dataclasses.replace(recipe_for(X, [PAY]), transform=transform, strength=0.4)

    pipeline = new_pipeline(made).fit(X[[PAY]], y)

    [points] = compile_scorecard(pipeline).fields
    assert points.transform == transform
    assert pipeline.named_steps["model"].C == 0.4


# What is chosen


@pytest.mark.parametrize("transform", recipe.TRANSFORMS)
def test_the_transform_that_made_the_outcome_is_chosen(transform):
    rng = np.random.default_rng(1)
    X = pd.DataFrame({PAY: rng.uniform(0, 1, 4000) ** 3 * 9000})
    unit = X[PAY] / 9000
    logit = {"none": 8 * unit - 2, "sqrt": 8 * np.sqrt(unit) - 4}[transform]
    y = (rng.random(4000) < 1 / (1 + np.exp(-logit))).astype(int)

    found = chosen(recipe_for(X, [PAY]), X, y)

    assert found.transform == transform


def test_noise_is_held_back_more_than_what_explains():
    rng = np.random.default_rng(2)
    X, y = people(1500)
    noise = rng.permutation(y)
    made = recipe_for(X, tuple(X))

    assert chosen(made, X, noise).strength == min(recipe.STRENGTHS)
    assert chosen(made, X, y).strength > min(recipe.STRENGTHS)


def test_choosing_twice_finds_the_same():
    X, y = people()
    made = recipe_for(X, tuple(X), seed=5)

    assert chosen(made, X, y) == chosen(made, X.copy(), y.copy())


def test_the_seed_decides_who_is_tested_on_whom(monkeypatch):
    seeds = []
    parts = recipe.StratifiedKFold

    def watched(*args, **options):
        seeds.append(options["random_state"])
        return parts(*args, **options)

    monkeypatch.setattr(recipe, "StratifiedKFold", watched)
    X, y = people()

    for seed in (0, 7):
        chosen(recipe_for(X, tuple(X), seed=seed), X, y)

    assert seeds == [0, 7]


def test_only_the_columns_and_the_people_that_are_given_matter():
    X, y = people()
    made = recipe_for(X, [OVERTIME, PAY])
    rng = np.random.default_rng(0)
    more = pd.concat([X, X.assign(**{PAY: 1e6})], ignore_index=True)
    elsewhere = more.assign(age=rng.permutation(len(more)), **{COURSES: np.nan})

    found = chosen(made, elsewhere.iloc[: len(X)], y)

    assert found == chosen(made, X[[OVERTIME, PAY]], y)


def test_choosing_changes_nothing_else_of_the_recipe():
    X, y = people()
    made = recipe_for(X, tuple(X), seed=5)

    found = chosen(made, X, y)

    assert found.transform in recipe.TRANSFORMS
    assert found.strength in recipe.STRENGTHS
    assert (
        dataclasses.replace(found, transform=made.transform, strength=made.strength)
        == made
    )


# What is found


@pytest.fixture(scope="module")
def many() -> TrainingSet:
    return training_data(5000, weights=TRUTH)


@pytest.fixture(scope="module")
def found(many) -> training.Model:
    """Fitted on many people whose reasons for leaving are known."""
    return training.fit(many, recipe_for(many.X, TRAINING_COLUMNS))


def effect(model: training.Model, name: str, low: object, high: object) -> float:
    return model.scorecard.logit({name: high}) - model.scorecard.logit({name: low})


def test_numbers_that_add_up_straight_are_not_bent(found):
    assert found.recipe.transform == "none"


@pytest.mark.parametrize(
    ("name", "low", "high", "tolerance"),
    [
        ("distance_domicile_travail", 1, 9, 0.03),
        ("revenu_mensuel", 2000, 8000, 0.00005),
    ],
)
def test_the_slope_of_a_number_is_found(found, name, low, high, tolerance):
    slope = effect(found, name, low, high) / (high - low)

    assert slope == pytest.approx(TRUTH[name], abs=tolerance)


@pytest.mark.parametrize(
    "name",
    [
        "heure_supplementaires",
        "satisfaction_employee_equipe",
        "niveau_hierarchique_poste",
    ],
)
def test_the_step_from_each_value_to_the_next_is_found(found, name):
    values = BY_NAME[name].choices

    for low, high in pairwise(values):
        assert effect(found, name, low, high) == pytest.approx(TRUTH[name], abs=0.25)
    whole = (values[-1] - values[0]) * TRUTH[name]
    assert effect(found, name, values[0], values[-1]) == pytest.approx(whole, abs=0.25)


def test_fields_that_mean_nothing_get_next_to_nothing(found):
    for name in set(TRAINING_COLUMNS) - set(TRUTH):
        item = next(i for i in found.scorecard.fields if i.field == name)
        seen = getattr(item, "table", None) or (item.low, item.high)
        points = [item.points(value) for value in seen]
        assert max(points) - min(points) < 0.4, name


def test_a_count_is_found_number_by_number(many):
    rng = np.random.default_rng(0)
    count = rng.integers(0, 4, len(many.y)).astype(float)
    truth = np.array([0.0, 2.0, -1.0, 1.0])
    y = rng.random(len(count)) < 1 / (1 + np.exp(1 - truth[count.astype(int)]))
    data = TrainingSet(many.X.assign(**{COURSES: count}), y.astype(int))

    model = training.fit(data, recipe_for(data.X, [COURSES, PAY]))

    assert model.recipe.clipped[COURSES] == (0, 3)
    steps = [effect(model, COURSES, 0, number) for number in range(4)]
    assert steps == pytest.approx(truth, abs=0.25)
