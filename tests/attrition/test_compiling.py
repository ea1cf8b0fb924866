"""A pipeline becomes a scorecard, or the step that can't be added up is named."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)

from attrition import training
from attrition.compiling import compile_scorecard
from attrition.errors import NotAdditive

NUMBERS = ["revenu_mensuel", "distance_domicile_travail"]
NAMES = ["poste", "departement"]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "poste": rng.choice(["Ébéniste", "Vendeur", "Comptable"], 200),
            "revenu_mensuel": rng.normal(3000, 500, 200).round(2),
            "departement": rng.choice(["Atelier", "Boutique"], 200),
            "distance_domicile_travail": rng.integers(0, 50, 200).astype(float),
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
        ("names", make_pipeline(*columns.pop("names", names())), NAMES),
    ]
    if model is None:
        model = LogisticRegression()
    return Pipeline(
        [("columns", ColumnTransformer(blocks, **columns)), ("model", model)]
    )


def numbers(impute=None, clip=None, scale=None) -> list:
    return [
        impute or SimpleImputer(),
        clip or MinMaxScaler(clip=True),
        scale or StandardScaler(),
    ]


def names(impute=None, encode=None) -> list:
    return [
        impute or SimpleImputer(strategy="most_frequent"),
        encode or OneHotEncoder(handle_unknown="ignore"),
    ]


def worst_difference(fitted: Pipeline, people: pd.DataFrame) -> float:
    """Between scorecard and pipeline, on people and on rows never seen in training."""
    scorecard = compile_scorecard(fitted)
    X = pd.concat([people, training.hostile_rows(people)], ignore_index=True)
    found = [scorecard.logit(row) for row in training.plain_rows(X)]
    return float(np.abs(fitted.decision_function(X) - found).max())


@pytest.mark.parametrize(
    "recipe",
    [
        pipeline(),
        pipeline(numbers=numbers(impute=SimpleImputer(strategy="median"))),
        pipeline(numbers=numbers(clip=MinMaxScaler((-1, 3), clip=True))),
        pipeline(model=LogisticRegression(C=10, fit_intercept=False)),
        pipeline(sparse_threshold=0),
    ],
    ids=["recipe", "median", "another scale", "no intercept", "dense"],
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


def test_a_column_that_the_pipeline_drops_is_not_in_the_scorecard(people, left):
    recipe = pipeline().fit(people.assign(age=30.0), left)

    assert "age" not in compile_scorecard(recipe).names


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
        (pipeline(numbers=numbers(clip=MinMaxScaler())), "numbers: MinMaxScaler"),
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
                names=names(encode=OneHotEncoder(drop="first", handle_unknown="ignore"))
            ),
            "names: OneHotEncoder",
        ),
        (pipeline(names=names(encode=OneHotEncoder())), "names: OneHotEncoder"),
        (
            pipeline(
                names=names(
                    encode=OneHotEncoder(handle_unknown="ignore", min_frequency=70)
                )
            ),
            r"names: .*OneHotEncoder\(.*min_frequency=70\)",
        ),
        (
            pipeline(
                names=names(SimpleImputer(strategy="most_frequent", add_indicator=True))
            ),
            "names: SimpleImputer",
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
        "imputing from neighbours",
        "a column more for missing numbers",
        "no centring",
        "no scaling",
        "a dropped value",
        "refusing the unknown",
        "rare values together",
        "a column more for missing names",
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


def test_columns_that_pass_by_untouched_are_refused(people, left):
    recipe = pipeline(remainder="passthrough").fit(people.assign(age=30.0), left)

    with pytest.raises(NotAdditive, match="ColumnTransformer"):
        compile_scorecard(recipe)


def test_a_step_between_columns_and_model_is_refused_by_its_name(people, left):
    recipe = pipeline()
    recipe.steps.insert(1, ("products", PolynomialFeatures()))
    recipe.fit(people, left)

    with pytest.raises(NotAdditive, match=r"products \(PolynomialFeatures\)"):
        compile_scorecard(recipe)


def test_a_model_without_a_pipeline_is_refused_by_its_kind():
    with pytest.raises(NotAdditive, match="LogisticRegression"):
        compile_scorecard(LogisticRegression())
