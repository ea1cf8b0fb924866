"""A pipeline becomes a scorecard, or the step that can't be added up is named."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from django.utils.translation import override
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from attrition import proving
from attrition.compiling import compile_scorecard
from attrition.errors import NotAdditive
from attrition.recipe import new_pipeline, recipe_for
from attrition.scorecard import ChoicePoints, Scorecard
from attrition.tables import frame_of, rows_of

pytestmark = pytest.mark.usefixtures("english")

NUMBERS = ["revenu_mensuel", "distance_domicile_travail"]
COUNTS = ["nombre_participation_pee"]
NAMES = ["poste", "departement"]
SEEN = (0.0, 1.0, 3.0, 7.0)
"""The counts there are."""
RANGES = [
    *[(0, 0), (0, 1), (0, 12), (1, 1), (1, 7), (3, 5), (6, 18)],
    *[(0, 49), (0, 1000), (3, 52), (990, 1000)],
]
"""From the lowest count to the highest."""


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "poste": rng.choice(["Ébéniste", "Vendeur", "Comptable"], 200),
            "revenu_mensuel": rng.normal(3000, 500, 200).round(2),
            "departement": rng.choice(["Atelier", "Boutique"], 200),
            "distance_domicile_travail": rng.integers(0, 50, 200).astype(float),
            "nombre_participation_pee": rng.choice(SEEN, 200),
        }
    )
    table["poste"] = table["poste"].astype(object)
    table["departement"] = table["departement"].astype(object)
    table.iloc[:5] = np.nan
    return table


@pytest.fixture(scope="module")
def left() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 2, 200)


def pipeline(model=None, **columns) -> Pipeline:
    """The recipe: a model, and any step or option of the columns, may be another."""
    blocks = [
        ("numbers", make_pipeline(*columns.pop("numbers", numbers())), NUMBERS),
        ("counts", make_pipeline(*columns.pop("counts", counts())), COUNTS),
        ("names", make_pipeline(*columns.pop("names", names())), NAMES),
    ]
    if model is None:
        model = LogisticRegression()
    return Pipeline(
        [("columns", ColumnTransformer(blocks, **columns)), ("model", model)]
    )


def numbers(impute=None, clip=None, bend=(np.sqrt,), scale=None) -> list:
    functions = [
        item if isinstance(item, FunctionTransformer) else FunctionTransformer(item)
        for item in bend
    ]
    return [
        impute or SimpleImputer(),
        clip or MinMaxScaler(clip=True),
        *functions,
        scale or StandardScaler(),
    ]


def counts(impute=None, clip=None, encode=None) -> list:
    return [
        impute or SimpleImputer(strategy="most_frequent"),
        clip or clipped(min(SEEN), max(SEEN)),
        encode or one_weight_a_value(),
    ]


def clipped(low: float, high: float, **options) -> FunctionTransformer:
    ends = {"a_min": [low], "a_max": [high]}
    return FunctionTransformer(np.clip, kw_args=ends | options)


def names(impute=None, encode=None) -> list:
    return [
        impute or SimpleImputer(strategy="most_frequent"),
        encode or one_weight_a_value(),
    ]


def one_weight_a_value(**options) -> OneHotEncoder:
    return OneHotEncoder(**{"handle_unknown": "ignore"} | options)


def worst_difference(fitted: Pipeline, people: pd.DataFrame) -> float:
    """Between scorecard and pipeline, on people and on rows never seen in training."""
    scorecard = compile_scorecard(fitted)
    rows = [
        *rows_of(people[list(scorecard.names)]),
        *proving.hostile_rows(scorecard),
        *({"nombre_participation_pee": count} for count in range(-2, 10)),
    ]
    expected = fitted.decision_function(frame_of(rows, scorecard.names))
    found = [scorecard.logit(row) for row in rows]
    return float(np.abs(expected - found).max())


@pytest.mark.parametrize(
    "recipe",
    [
        pipeline(),
        pipeline(numbers=numbers(impute=SimpleImputer(strategy="median"))),
        pipeline(numbers=numbers(bend=())),
        pipeline(numbers=numbers(clip=MinMaxScaler((-1, 3), clip=True), bend=())),
        pipeline(numbers=numbers(clip=MinMaxScaler((0, 9), clip=True))),
        pipeline(counts=counts(clip=clipped(1.0, 3.0))),
        pipeline(counts=counts(clip=clipped(-2.0, 9.0))),
        pipeline(counts=counts(clip=clipped(2.0, 5.0))),
        pipeline(counts=counts(clip=clipped(0, 7))),
        pipeline(counts=counts(impute=SimpleImputer(strategy="median"))),
        pipeline(model=LogisticRegression(C=10, fit_intercept=False)),
        pipeline(sparse_threshold=0),
    ],
    ids=[
        "recipe",
        "median",
        "no root",
        "another scale",
        "the root of another scale",
        "counts clipped within what is seen",
        "counts clipped beyond what is seen",
        "counts clipped to what nobody has",
        "counts clipped to whole ends",
        "counts' median",
        "no intercept",
        "dense",
    ],
)
def test_an_additive_pipeline_becomes_its_scorecard(people, left, recipe):
    recipe.fit(people, left)

    assert worst_difference(recipe, people) <= 1e-9


def test_points_stand_in_the_tables_order_whatever_the_pipelines_is(people, left):
    scorecard = compile_scorecard(pipeline().fit(people, left))

    assert scorecard.names == (
        "revenu_mensuel",
        "departement",
        "poste",
        "nombre_participation_pee",
        "distance_domicile_travail",
    )


def test_a_column_without_variety_gets_no_points(people, left):
    people = people.assign(distance_domicile_travail=7.0)
    recipe = pipeline().fit(people, left)

    scorecard = compile_scorecard(recipe)

    assert worst_difference(recipe, people) <= 1e-9
    assert scorecard.logit({"distance_domicile_travail": 7.5}) == scorecard.base


@pytest.mark.parametrize("among", [slice(None), slice(5, None)], ids=["seen", "unseen"])
def test_a_value_of_its_own_for_the_missing_gets_points(people, left, among):
    imputer = SimpleImputer(strategy="constant", fill_value="none")
    recipe = pipeline(names=names(imputer)).fit(people[among], left[among])

    assert worst_difference(recipe, people) <= 1e-9


@pytest.mark.parametrize("among", [slice(None), slice(5, None)], ids=["seen", "unseen"])
@pytest.mark.parametrize("count", [-1, 2, 99], ids=["below", "between", "above"])
def test_a_count_of_its_own_for_the_missing_gets_points(people, left, count, among):
    imputer = SimpleImputer(strategy="constant", fill_value=count)
    recipe = pipeline(counts=counts(imputer)).fit(people[among], left[among])

    assert worst_difference(recipe, people) <= 1e-9


def test_a_count_beyond_what_was_seen_counts_as_the_nearest(people, left):
    scorecard = compile_scorecard(pipeline().fit(people, left))

    def logit(count: float) -> float:
        return scorecard.logit({"nombre_participation_pee": count})

    assert logit(-1) == logit(-(10**18)) == logit(0)
    assert logit(8) == logit(10**18) == logit(7)
    assert len({logit(count) for count in SEEN}) == len(SEEN)


@pytest.mark.parametrize("count", [2, 4, 5, 6])
def test_a_count_never_seen_in_between_has_no_weight(people, left, count):
    recipe = pipeline().fit(people, left)
    scorecard = compile_scorecard(recipe)
    [points] = counts_points(scorecard)

    row = {"nombre_participation_pee": count}

    expected = recipe.decision_function(frame_of([row], scorecard.names))[0]
    assert points.points(count) == points.unseen != 0
    assert points.points(count) not in points.table.values()
    assert scorecard.logit(row) == pytest.approx(expected, abs=1e-9)


def test_counts_that_are_not_whole_are_values_like_others(people, left):
    halves = people.assign(nombre_participation_pee=people[COUNTS[0]] / 2)
    recipe = pipeline(counts=counts(clip=clipped(0.0, 3.5))).fit(halves, left)

    [points] = counts_points(compile_scorecard(recipe))

    assert points.table.keys() == {0, 0.5, 1.5, 3.5}
    assert points.points(99) == points.points(3.5) != points.points(3) == points.unseen
    assert worst_difference(recipe, halves) <= 1e-9


@pytest.mark.parametrize(
    "ends",
    [{"a_min": 1.0, "a_max": 3.0}, {"a_min": 1, "a_max": [3.0]}],
    ids=["one for all", "one for all and one for each"],
)
def test_one_end_for_all_counts_is_one_for_each(people, left, ends):
    clip = FunctionTransformer(np.clip, kw_args=ends)
    recipe = pipeline(counts=counts(clip=clip)).fit(people, left)

    [points] = counts_points(compile_scorecard(recipe))

    assert points.clip == (1.0, 3.0)
    assert worst_difference(recipe, people) <= 1e-9


@pytest.mark.parametrize(
    ("low", "high"),
    [([0.0], [np.inf]), ([-np.inf], [7.0]), (None, [7.0]), (0.0, None)],
    ids=["no highest", "no lowest", "null lowest", "null highest"],
)
def test_counts_without_both_ends_are_refused_by_the_step(people, left, low, high):
    clip = FunctionTransformer(np.clip, kw_args={"a_min": low, "a_max": high})
    recipe = pipeline(counts=counts(clip=clip)).fit(people, left)

    with pytest.raises(NotAdditive, match=r"counts: .*numpy\.clip.* finite a_min"):
        compile_scorecard(recipe)


def counts_points(scorecard: Scorecard) -> list[ChoicePoints]:
    return [
        item
        for item in scorecard.fields
        if isinstance(item, ChoicePoints) and item.clip is not None
    ]


def with_counts(people: pd.DataFrame, seen) -> pd.DataFrame:
    count = np.random.default_rng(3).choice(np.array(list(seen), dtype=float), 200)
    return people.assign(nombre_participation_pee=count)


@pytest.mark.parametrize(("low", "high"), RANGES, ids=str)
def test_counts_compile_wherever_they_start_and_end(people, left, low, high):
    whole = range(low, min(low + 13, high) + 1)
    people = with_counts(people, {*whole, high})
    recipe = pipeline(counts=counts(clip=clipped(low, high))).fit(people, left)

    [points] = counts_points(compile_scorecard(recipe))

    assert points.table.keys() == {*whole, high}
    assert points.points(low - 1) == points.points(low) == points.table[low]
    assert points.points(high + 1) == points.points(high) == points.table[high]
    assert worst_difference(recipe, people) <= 1e-9


@pytest.mark.parametrize(
    "seen",
    [
        *[(4,), (5, 6), (0, 49), (1, 2, 6), (2, 3, 9), (2, 7, 12), (0, 500, 1000)],
        *[(0, 1, 2, 3), (2, 3, 4, 5), (1, 2, 3, 4, 6), (2, 3, 4, 5, 6)],
    ],
    ids=str,
)
def test_what_is_trained_compiles_wherever_its_counts_start_and_end(people, left, seen):
    people = with_counts(people, seen)
    recipe = recipe_for(people, [*NUMBERS, *COUNTS, *NAMES])
    fitted = new_pipeline(recipe).fit(people, left)

    [points] = counts_points(compile_scorecard(fitted))

    assert recipe.clipped == {COUNTS[0]: (seen[0], seen[-1])}
    assert points.clip == (seen[0], seen[-1])
    assert points.table.keys() == set(seen)
    assert worst_difference(fitted, people) <= 1e-9


@pytest.mark.parametrize("turn", [1, -1], ids=["one way round", "the other"])
def test_each_count_has_ends_of_its_own(people, left, turn):
    fewer = "nombre_experiences_precedentes"
    people = with_counts(people, (2, 3, 9)).assign(
        **{fewer: np.random.default_rng(4).choice([0.0, 1.0, 5.0], 200)}
    )
    recipe = recipe_for(people, [fewer, *COUNTS, *NAMES][::turn])
    fitted = new_pipeline(recipe).fit(people, left)

    points = counts_points(compile_scorecard(fitted))

    assert {item.field: item.clip for item in points} == {
        fewer: (0, 5),
        COUNTS[0]: (2, 9),
    }
    assert worst_difference(fitted, people) <= 1e-9


def test_what_few_hold_counts_as_never_seen_and_the_tenth_holder_gives_it_a_weight(
    people, left
):
    people = with_counts(people, (1, 3))
    for place, (job, count) in enumerate([("Doreur", 0), ("Vernisseur", 2)]):
        held = people.index[5 + 20 * place :][:9]
        people.loc[held, ["poste", COUNTS[0]]] = [job, count]
    people.loc[100:109, ["poste", COUNTS[0]]] = ["Tapissier", 5]
    recipe = recipe_for(people, [*NUMBERS, *COUNTS, *NAMES])
    fitted = new_pipeline(recipe).fit(people, left)

    scorecard = compile_scorecard(fitted)

    found = {item.field: item for item in scorecard.fields}
    count, job = found[COUNTS[0]], found["poste"]
    assert recipe.values[COUNTS[0]] == (1, 3, 5)
    assert job.table.keys() == {"Comptable", "Tapissier", "Vendeur", "Ébéniste"}
    assert job.points("Doreur") == job.points("Vernisseur") == job.unseen
    assert recipe.clipped == {COUNTS[0]: (0, 5)}
    assert [count.points(n) for n in (-1, 0, 2, 4)] == [count.unseen] * 4
    assert count.points(6) == count.points(5) == count.table[5] != count.unseen
    few = {"poste": "Doreur", COUNTS[0]: 2}
    assert scorecard.rare(few) == ["poste", COUNTS[0]]
    assert scorecard.beyond(few) == []
    assert worst_difference(fitted, people) <= 1e-9


def test_a_column_that_the_pipeline_drops_is_not_in_the_scorecard(people, left):
    recipe = pipeline().fit(people.assign(age=30.0), left)

    assert "age" not in compile_scorecard(recipe).names


def coarse_root() -> FunctionTransformer:
    return FunctionTransformer(np.sqrt, kw_args={"dtype": np.float32})


def turned_round(X, a_min, a_max):
    return np.add(a_min, a_max) - X


def no_clip_but_alike() -> FunctionTransformer:
    return FunctionTransformer(turned_round, kw_args={"a_min": [0], "a_max": [7]})


def clip_by_other_names() -> FunctionTransformer:
    return FunctionTransformer(np.clip, kw_args={"min": 0, "max": 7})


@pytest.mark.parametrize(
    ("recipe", "named"),
    [
        (
            pipeline(GradientBoostingClassifier(n_estimators=2)),
            r"model \(GradientBoostingClassifier\)",
        ),
        (pipeline(DummyClassifier()), r"model \(DummyClassifier\)"),
        (
            pipeline(numbers=numbers(scale=PolynomialFeatures())),
            "numbers: .*PolynomialFeatures",
        ),
        (
            pipeline(numbers=[*numbers(), PolynomialFeatures()]),
            "numbers: .*PolynomialFeatures",
        ),
        (
            pipeline(numbers=numbers(clip=MinMaxScaler(), bend=())),
            r"numbers: .*MinMaxScaler\(\) → StandardScaler",
        ),
        (
            pipeline(numbers=numbers(clip=MinMaxScaler())),
            r"numbers: .*MinMaxScaler\(\) → FunctionTransformer",
        ),
        (
            pipeline(numbers=numbers(clip=MinMaxScaler((1, 2), clip=True))),
            r"numbers: .*MinMaxScaler\(clip=True, feature_range=\(1, 2\)\)",
        ),
        (
            pipeline(numbers=numbers(bend=(np.log1p,))),
            r"numbers: .*FunctionTransformer\(func=<ufunc 'log1p'>\)",
        ),
        (
            pipeline(numbers=numbers(bend=(np.sqrt, np.sqrt))),
            "numbers: .*FunctionTransformer.* → FunctionTransformer",
        ),
        (
            pipeline(numbers=numbers(bend=(coarse_root(),))),
            "(?s)numbers: .*FunctionTransformer.*float32",
        ),
        (
            pipeline(numbers=[*numbers()[:3]]),
            r"numbers: .*FunctionTransformer\(func=<ufunc 'sqrt'>\) can't be",
        ),
        (pipeline(numbers=numbers(impute=KNNImputer())), "numbers: KNNImputer"),
        (
            pipeline(numbers=numbers(impute=SimpleImputer(add_indicator=True))),
            r"numbers: SimpleImputer\(add_indicator=True\)",
        ),
        (
            pipeline(numbers=numbers(scale=StandardScaler(with_mean=False))),
            r"numbers: .*StandardScaler\(with_mean=False\)",
        ),
        (
            pipeline(numbers=numbers(scale=StandardScaler(with_std=False))),
            r"numbers: .*StandardScaler\(with_std=False\)",
        ),
        (
            pipeline(
                names=names(SimpleImputer(strategy="most_frequent", add_indicator=True))
            ),
            r"names: SimpleImputer\(add_indicator=True",
        ),
        (
            pipeline(
                counts=counts(
                    SimpleImputer(strategy="most_frequent", add_indicator=True)
                )
            ),
            r"counts: SimpleImputer\(add_indicator=True",
        ),
        (
            pipeline(counts=counts(clip=MinMaxScaler(clip=True))),
            r"counts: .*MinMaxScaler\(clip=True\) → OneHotEncoder",
        ),
        (
            pipeline(counts=counts(clip=MinMaxScaler())),
            r"counts: .*MinMaxScaler\(\) → OneHotEncoder",
        ),
        (
            pipeline(counts=[*counts()[:2], FunctionTransformer(np.sqrt), counts()[2]]),
            "counts: .*<ufunc 'sqrt'>.* → OneHotEncoder",
        ),
        (
            pipeline(counts=[*counts()[:2], *counts()[1:]]),
            "counts: .*FunctionTransformer.* → FunctionTransformer",
        ),
        (pipeline(counts=[*counts()[1:]]), "counts: FunctionTransformer"),
        (
            pipeline(counts=counts(clip=FunctionTransformer(np.sqrt))),
            "counts: .*<ufunc 'sqrt'>.* → OneHotEncoder",
        ),
        (
            pipeline(counts=counts(clip=FunctionTransformer(np.clip))),
            "counts: .*FunctionTransformer.*function clip.* → OneHotEncoder",
        ),
        (
            pipeline(counts=counts(clip=no_clip_but_alike())),
            "counts: .*FunctionTransformer.*function turned_round.* → OneHotEncoder",
        ),
        (
            pipeline(counts=counts(clip=clip_by_other_names())),
            "counts: .*FunctionTransformer.*'min': .* → OneHotEncoder",
        ),
        (
            pipeline(counts=counts(clip=clipped(0.0, 7.0, dtype=np.float32))),
            "counts: .*FunctionTransformer.*float32.* → OneHotEncoder",
        ),
        (pipeline(names=names()[1:]), "names: OneHotEncoder"),
        (pipeline(transformer_weights={"numbers": 2}), "ColumnTransformer"),
    ],
    ids=[
        "gradient boosting",
        "another model",
        "products instead of scale",
        "products after scale",
        "no clipping",
        "no clipping before a root",
        "the root of what does not start at 0",
        "another function than the root",
        "the root of the root",
        "a root with options",
        "a root that is not scaled",
        "imputing from neighbours",
        "a column more for missing numbers",
        "no centring",
        "no scaling",
        "a column more for missing names",
        "a column more for missing counts",
        "counts that are scaled and clipped",
        "counts that are scaled",
        "the root of a count",
        "counts clipped twice",
        "no imputing of counts",
        "no clip but a root",
        "a clip to nothing",
        "another function between two ends",
        "a clip by other names",
        "a clip with options",
        "no imputing",
        "weighted blocks",
    ],
)
def test_a_pipeline_that_is_no_sum_is_refused_with_its_step(
    people, left, recipe, named
):
    recipe.fit(people, left)

    with pytest.raises(NotAdditive, match=named):
        compile_scorecard(recipe)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("drop", "first"),
        ("drop", "if_binary"),
        ("min_frequency", 60),
        ("max_categories", 2),
        ("handle_unknown", "error"),
        ("handle_unknown", "infrequent_if_exist"),
    ],
    ids=lambda value: str(value),
)
@pytest.mark.parametrize("block", ["names", "counts"])
def test_an_encoder_that_drops_pools_or_refuses_is_refused_by_its_name(
    people, left, block, option, value
):
    encoder = one_weight_a_value(**{option: value})
    steps = {"names": names, "counts": counts}[block](encode=encoder)
    recipe = pipeline(**{block: steps}).fit(people, left)
    # An option left at its default is not named: the encoder is.
    named = f"OneHotEncoder\\(.*{option}=" if value != "error" else "OneHotEncoder"

    with pytest.raises(NotAdditive, match=f"{block}: .*{named}"):
        compile_scorecard(recipe)


def test_columns_that_pass_by_untouched_are_refused(people, left):
    recipe = pipeline(remainder="passthrough").fit(people.assign(age=30.0), left)

    with pytest.raises(NotAdditive, match="ColumnTransformer"):
        compile_scorecard(recipe)


def one_block(columns, *steps) -> Pipeline:
    """A model of the numbers, and of one block besides."""
    blocks = [
        ("numbers", make_pipeline(*numbers()), NUMBERS),
        ("more", make_pipeline(*steps), columns),
    ]
    model = LogisticRegression()
    return Pipeline([("columns", ColumnTransformer(blocks)), ("model", model)])


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (["revenu_mensuel"], "more: revenu_mensuel is read a second time"),
        (["signe_astrologique"], "more: signe_astrologique is no field that can be"),
        (["ayant_enfants"], "more: ayant_enfants is no field that can be scored"),
        ([4], r"more: \[4\] is no list of columns by their names"),
        (slice(4, 5), r"more: slice\(4, 5, None\) is no list of columns"),
    ],
    ids=["two blocks", "unknown", "a constant", "a place", "places"],
)
def test_a_column_that_is_no_scored_field_of_its_own_is_refused_with_its_block(
    people, left, columns, named
):
    people = people.assign(signe_astrologique=1.0, ayant_enfants=2.0)
    recipe = one_block(columns, *numbers()).fit(people, left)

    with pytest.raises(NotAdditive, match=named):
        compile_scorecard(recipe)


@pytest.mark.parametrize(
    ("block", "empty"),
    [("numbers", NUMBERS[1]), ("names", NAMES[1])],
    ids=["a number", "a name"],
)
@pytest.mark.filterwarnings("ignore:Skipping features without any observed values")
def test_a_column_that_held_nothing_is_refused_with_its_block(
    people, left, block, empty
):
    people = people.copy()
    people[empty] = np.full(200, np.nan).astype(people[empty].dtype)
    recipe = pipeline().fit(people, left)

    with pytest.raises(NotAdditive, match=f"{block}: {empty} held nothing"):
        compile_scorecard(recipe)


@pytest.mark.parametrize(
    ("outcomes", "named"),
    [([0, 1, 2], r"\[0, 1, 2\]"), (["left", "stayed"], r"\['left', 'stayed'\]")],
    ids=["three", "names"],
)
def test_a_model_of_other_classes_than_two_is_refused(people, outcomes, named):
    recipe = pipeline().fit(people, np.resize(outcomes, 200))

    with pytest.raises(NotAdditive, match=f"LogisticRegression tells {named} apart"):
        compile_scorecard(recipe)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda weights: weights[:, :-1], "names: .* fewer weights than this needs"),
        (lambda weights: np.hstack([weights, weights]), "there is no column: 11"),
        (lambda weights: weights[0], "no row of finite weights"),
        (lambda weights: weights * np.nan, "no row of finite weights"),
    ],
    ids=["too few", "too many", "no row", "no numbers"],
)
def test_weights_that_do_not_fit_the_columns_are_refused(people, left, change, named):
    recipe = pipeline().fit(people, left)
    model = recipe.named_steps["model"]
    model.coef_ = change(model.coef_)

    with pytest.raises(NotAdditive, match=named):
        compile_scorecard(recipe)


def test_a_step_between_columns_and_model_is_refused_by_its_name(people, left):
    recipe = pipeline()
    recipe.steps.insert(1, ("products", PolynomialFeatures()))
    recipe.fit(people, left)

    with pytest.raises(NotAdditive, match=r"products \(PolynomialFeatures\)"):
        compile_scorecard(recipe)


def test_a_refusal_is_in_its_readers_language():
    with override("fr"), pytest.raises(NotAdditive, match="Une grille de points est"):
        compile_scorecard(LogisticRegression())


def test_a_model_without_a_pipeline_is_refused_by_its_kind():
    with pytest.raises(NotAdditive, match="LogisticRegression"):
        compile_scorecard(LogisticRegression())


@pytest.mark.parametrize("off", [1e-6, -0.5, 9.0])
def test_the_proof_sees_a_wrong_weight_for_a_count_never_seen(people, left, off):
    recipe = pipeline().fit(people, left)
    scorecard = compile_scorecard(recipe)
    wrong = [
        dataclasses.replace(item, unseen=item.unseen + off)
        if item.field in COUNTS
        else item
        for item in scorecard.fields
    ]

    with pytest.raises(NotAdditive, match="off the pipeline"):
        proving.prove(Scorecard(scorecard.base, tuple(wrong)), recipe, [])


def test_the_hostile_rows_hold_every_count_between_the_ends_and_beyond(people, left):
    scorecard = compile_scorecard(pipeline().fit(people, left))

    found = {row[COUNTS[0]] for row in proving.hostile_rows(scorecard)}

    assert found == {None, -3, *range(8), 10**6}
