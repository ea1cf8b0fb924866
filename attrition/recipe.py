"""What is fitted: which columns, how each is read, how strongly it is held back."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _
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
from attrition.field import Field, Kind, Value
from attrition.scorecard import TRANSFORMS
from attrition.tables import holds_text, is_number

# Of this way of training; a card records it, so that nobody retrains in vain.
RECIPE_VERSION = 3
FEWEST = 10  # people; what fewer share would be about persons
FEW_VALUES = 5  # a count with no more of them gets a point a number
STRENGTHS = (0.05, 0.1, 0.2, 0.4, 0.8)  # C; less holds the weights back more


@dataclass(frozen=True)
class Recipe:
    """`clipped` get a point a number, clipped to what was seen (lowest, highest).

    They are marks, and counts of few values. `values` are those of the other columns
    too that have a point of their own: held by enough people that it can't be read as
    one person's. A column that holds too little has none, and is left out.
    """

    columns: tuple[str, ...]
    clipped: Mapping[str, tuple[float, float]]
    values: Mapping[str, tuple[Value, ...]]
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

    @property
    def usable(self) -> tuple[str, ...]:
        """The columns that hold enough to be read."""
        return tuple(name for name in self.columns if self.values.get(name) != ())


def recipe_for(X: pd.DataFrame, columns: Sequence[str], seed: int = 0) -> Recipe:
    """How to read these columns, by what they hold and never by who left.

    Raises TrainingRefused for columns that hold nothing.
    """
    if not columns:
        raise TrainingRefused(_("No field is left to train on."))
    if empty := [name for name in columns if X[name].notna().sum() < FEWEST]:
        raise TrainingRefused(
            _(
                "Fewer than %(count)s people have a value in: %(fields)s. Fill these "
                "columns, or leave them out with --leave-out."
            )
            % {"count": FEWEST, "fields": ", ".join(empty)}
        )
    recipe = reread(Recipe(tuple(columns), {}, {}, seed), X)
    if rare := [name for name in columns if name not in recipe.usable]:
        raise TrainingRefused(
            _(
                "No value is held by %(count)s people or more in: %(fields)s. Group "
                "these values, or leave the columns out with --leave-out."
            )
            % {"count": FEWEST, "fields": ", ".join(rare)}
        )
    return recipe


def reread(recipe: Recipe, X: pd.DataFrame) -> Recipe:
    """The recipe by what these people hold, and by nobody else's values.

    It reads every column of `X`: others may be used to compare with.
    """
    clipped = {
        name: (float(X[name].min()), float(X[name].max()))
        for name in map(str, X)
        if _is_stepped(X[name], features.BY_NAME[name])
    }
    values = {
        name: common_values(X[name])
        for name in map(str, X)
        if not is_number(features.BY_NAME[name])
        or name in clipped
        or X[name].isna().all()
    }
    return dataclasses.replace(recipe, clipped=clipped, values=values)


def _is_stepped(column: "pd.Series[Any]", field: Field) -> bool:
    """Whether it gets a point a number: a mark, or a count of few values."""
    if holds_text(field) or column.isna().all():
        return False
    if field.kind is Kind.ORDINAL:
        return True
    return is_number(field) and field.whole and column.nunique() <= FEW_VALUES


def common_values(column: "pd.Series[Any]") -> tuple[Value, ...]:
    """The values that `FEWEST` people or more hold, sorted."""
    held = column.value_counts()
    return tuple(sorted(held.index[held >= FEWEST]))


def new_pipeline(recipe: Recipe) -> Pipeline:
    """Clip, bend and scale numbers; a weight a value for everything else."""
    # newton-cholesky agrees to 1e-15 from machine to machine; lbfgs does not.
    model = LogisticRegression(C=recipe.strength, solver="newton-cholesky")
    return Pipeline([("columns", _columns(recipe)), ("model", model)])


def _columns(recipe: Recipe) -> ColumnTransformer:
    fields = [features.BY_NAME[name] for name in recipe.usable]
    steps = [f.name for f in fields if f.name in recipe.clipped]
    numbers = [f.name for f in fields if is_number(f) and f.name not in steps]
    answers = [f.name for f in fields if f.kind is Kind.YES_NO]
    names = [f.name for f in fields if holds_text(f)]
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
            "steps",
            make_pipeline(
                SimpleImputer(strategy="most_frequent"),
                FunctionTransformer(
                    np.clip,
                    kw_args={
                        "a_min": [recipe.clipped[name][0] for name in steps],
                        "a_max": [recipe.clipped[name][1] for name in steps],
                    },
                ),
                _weights(recipe, steps),
            ),
            steps,
        ),
        ("answers", _one_weight_a_value(recipe, answers), answers),
        ("names", _one_weight_a_value(recipe, names), names),
    ]
    # scikit-learn refuses a block without columns.
    filled = [block for block in blocks if block[2]]
    if not filled:
        raise TrainingRefused(_("No field is left to train on."))
    return ColumnTransformer(filled)


def _one_weight_a_value(recipe: Recipe, columns: Sequence[str]) -> Pipeline:
    return make_pipeline(
        SimpleImputer(strategy="most_frequent"), _weights(recipe, columns)
    )


def _weights(recipe: Recipe, columns: Sequence[str]) -> OneHotEncoder:
    """One a common value, none for a rare one: that counts as one never seen."""
    values = [np.array(recipe.values[name]) for name in columns]
    return OneHotEncoder(
        categories=[v.astype(object) if v.dtype.kind == "U" else v for v in values],
        handle_unknown="ignore",
    )


def chosen(recipe: Recipe, X: pd.DataFrame, y: Any) -> Recipe:
    """The recipe with the transform and the strength that suit these people best.

    By log loss in a cross-validation of its own among them, so that choosing inside a
    fold's training part never sees who it is tested on (Varma and Simon 2006, "Bias in
    error estimation when using cross-validation for model selection"). The columns are
    scaled once for all its parts: that looks at nobody's outcome.
    """
    parts = StratifiedKFold(5, shuffle=True, random_state=recipe.seed)
    found: list[tuple[float, Recipe]] = []
    for transform in TRANSFORMS:
        bent = dataclasses.replace(recipe, transform=transform)
        search = GridSearchCV(
            LogisticRegression(solver="newton-cholesky"),
            {"C": STRENGTHS},
            scoring="neg_log_loss",
            cv=parts,
            refit=False,
        ).fit(_dense(_columns(bent).fit_transform(X)), y)
        strength = search.best_params_["C"]
        tried = dataclasses.replace(bent, strength=strength)
        found.append((search.best_score_, tried))
    return max(found, key=lambda pair: pair[0])[1]


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix
