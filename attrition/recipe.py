"""What is fitted: which columns, how each is read, how strongly it is held back."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    StandardScaler,
)

from attrition import features
from attrition.errors import TrainingRefused
from attrition.tables import holds_text, is_number

NUMBER = (
    2  # of this way of training; a card records it, so that nobody retrains in vain
)
FEW_VALUES = 5  # a count with no more of them gets a point a number
STRENGTHS = (0.05, 0.1, 0.2, 0.4, 0.8)  # C; less holds the weights back more
TRANSFORMS = ("none", "sqrt")


@dataclass(frozen=True)
class Recipe:
    """`counts` are the columns of `columns` that get a point a number."""

    columns: tuple[str, ...]
    counts: tuple[str, ...]
    seed: int = 0
    transform: str = "sqrt"
    strength: float = 0.2

    def without(self, *names: str) -> "Recipe":
        """The same, with columns left out."""
        left = tuple(name for name in self.columns if name not in names)
        return dataclasses.replace(self, columns=left)

    def using(self, *names: str) -> "Recipe":
        """The same, with columns besides."""
        return dataclasses.replace(self, columns=(*self.columns, *names))


def recipe_for(X: pd.DataFrame, columns: Sequence[str], seed: int = 0) -> Recipe:
    """How to read these columns, by what they hold and never by who left.

    Raises TrainingRefused for columns that hold nothing.
    """
    if empty := [name for name in columns if X[name].isna().all()]:
        raise TrainingRefused(
            f"These columns hold no value at all: {', '.join(empty)}. Fill them, or "
            "leave them out with --leave-out."
        )
    counts = tuple(
        name
        for name in columns
        if is_number(features.BY_NAME[name])
        and features.BY_NAME[name].whole
        and X[name].nunique() <= FEW_VALUES
    )
    return Recipe(tuple(columns), counts, seed)


def new_pipeline(recipe: Recipe) -> Pipeline:
    """Clip, bend and scale numbers; a weight a value for everything else."""
    # newton-cholesky agrees to 1e-15 from machine to machine; lbfgs does not.
    model = LogisticRegression(C=recipe.strength, solver="newton-cholesky")
    return Pipeline([("columns", _columns(recipe)), ("model", model)])


def _columns(recipe: Recipe) -> ColumnTransformer:
    fields = [features.BY_NAME[name] for name in recipe.columns]
    numbers = [f.name for f in fields if is_number(f) and f.name not in recipe.counts]
    marks = [f.name for f in fields if not is_number(f) and not holds_text(f)]
    names = [f.name for f in fields if holds_text(f)]
    counts = [name for name in recipe.counts if name in recipe.columns]
    root = [FunctionTransformer(np.sqrt)] if recipe.transform == "sqrt" else []
    blocks = [
        (
            "numbers",
            make_pipeline(
                SimpleImputer(strategy="median"),
                MinMaxScaler(clip=True),
                *root,
                StandardScaler(),
            ),
            numbers,
        ),
        (
            "counts",
            make_pipeline(
                SimpleImputer(strategy="most_frequent"),
                MinMaxScaler(clip=True),
                OneHotEncoder(handle_unknown="ignore"),
            ),
            counts,
        ),
        ("marks", _one_weight_a_value(), marks),
        ("names", _one_weight_a_value(), names),
    ]
    # scikit-learn refuses a block without columns.
    return ColumnTransformer([block for block in blocks if block[2]])


def _one_weight_a_value() -> Pipeline:
    return make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )


def chosen(recipe: Recipe, X: pd.DataFrame, y: Any) -> Recipe:
    """The recipe with the transform and the strength that suit these people best.

    By log loss in a cross-validation of its own among them, so that choosing inside a
    fold's training part never sees who it is tested on (Varma and Simon 2006, "Bias in
    error estimation when using cross-validation for model selection").
    """
    parts = StratifiedKFold(5, shuffle=True, random_state=recipe.seed)
    best: tuple[float, Recipe] | None = None
    for transform in TRANSFORMS:
        bent = dataclasses.replace(recipe, transform=transform)
        search = GridSearchCV(
            LogisticRegression(solver="newton-cholesky"),
            {"C": STRENGTHS},
            scoring="neg_log_loss",
            cv=parts,
            refit=False,
        ).fit(_dense(_columns(bent).fit_transform(X)), y)
        if best is None or search.best_score_ > best[0]:
            strength = search.best_params_["C"]
            best = search.best_score_, dataclasses.replace(bent, strength=strength)
    assert best is not None
    return best[1]


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix
