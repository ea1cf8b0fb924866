"""Measures a recipe out of fold: nobody is scored by a model that has seen them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from django.utils.translation import gettext as _
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold

from attrition.recipe import Recipe, chosen, new_pipeline, reread
from attrition.thresholds import wilson
from attrition.training_set import TrainingSet

SPLITS, REPEATS = 5, 6
MEASURES: dict[str, Callable[[Any, Any], float]] = {
    "average_precision": average_precision_score,
    "roc_auc": roc_auc_score,
    "brier": brier_score_loss,
}
HIGHER_IS_BETTER = {"average_precision": True, "roc_auc": True, "brier": False}
BINS = 10  # of the calibration, with as many people in each

T = TypeVar("T")
Track = Callable[[Iterable[T], str], Iterable[T]]


def untracked(items: Iterable[T], what: str) -> Iterable[T]:
    """Shows no progress."""
    return items


@dataclass(frozen=True)
class Evaluation:
    """`by_fold`: each measure on each fold; `by_repeat`: a row of probabilities each.

    `recipes` are those that each fold's training part chose.
    """

    by_fold: dict[str, Any]
    by_repeat: Any
    recipes: list[Recipe]

    @property
    def p(self) -> Any:
        """Each person's mean probability over the repeats."""
        return self.by_repeat.mean(axis=0)

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The mean and the spread over the folds."""
        return {
            name: {"mean": float(np.mean(found)), "std": float(np.std(found))}
            for name, found in self.by_fold.items()
        }


def evaluate(
    data: TrainingSet, recipe: Recipe, track: Track[Any] = untracked
) -> Evaluation:
    """Repeated stratified cross-validation.

    Each training part chooses, and reads the columns by what its own people hold.
    """
    X = data.X[list(recipe.columns)]
    folds = _folds(data, recipe.seed)
    recipes = [
        chosen(reread(recipe, data.X.iloc[train]), X.iloc[train], data.y[train])
        for train, _test in track(folds, _("choosing"))
    ]
    return _measured(data, recipes, track, _("measuring"))


def _folds(data: TrainingSet, seed: int) -> list[tuple[Any, Any]]:
    folds = RepeatedStratifiedKFold(
        n_splits=SPLITS, n_repeats=REPEATS, random_state=seed
    )
    return list(folds.split(data.X, data.y))


def _measured(
    data: TrainingSet, recipes: list[Recipe], track: Track[Any], what: str
) -> Evaluation:
    by_fold: dict[str, list[float]] = {name: [] for name in MEASURES}
    by_repeat = np.zeros((REPEATS, len(data.y)))
    folds = list(zip(_folds(data, recipes[0].seed), recipes, strict=True))
    for i, ((train, test), recipe) in enumerate(track(folds, what)):
        X = data.X[list(recipe.columns)]
        fitted = new_pipeline(recipe).fit(X.iloc[train], data.y[train])
        p = fitted.predict_proba(X.iloc[test])[:, 1]
        by_repeat[i // SPLITS, test] = p
        for name, measure in MEASURES.items():
            by_fold[name].append(measure(data.y[test], p))
    arrays = {name: np.array(found) for name, found in by_fold.items()}
    return Evaluation(arrays, by_repeat, recipes)


def cost_of(
    data: TrainingSet,
    evaluation: Evaluation,
    change: Callable[[Recipe], Recipe],
    track: Track[Any] = untracked,
    what: str = "",
) -> dict[str, dict[str, float]]:
    """What each measure loses by a change of recipe, on the same folds, fold by fold.

    More than 0 is worse after the change, for the Brier score too.
    """
    changed = [change(recipe) for recipe in evaluation.recipes]
    after = _measured(data, changed, track, what)
    losses = {
        name: (found - after.by_fold[name]) * (1 if HIGHER_IS_BETTER[name] else -1)
        for name, found in evaluation.by_fold.items()
    }
    return {
        name: {"mean": float(np.mean(loss)), "std": float(np.std(loss))}
        for name, loss in losses.items()
    }


def calibration(y: Any, by_repeat: Any) -> dict[str, Any]:
    """Do probabilities mean what they say? A slope of 1.0 does, and so does each bin.

    The slope is the weight of logit(p) in an unpenalised logistic regression (Cox
    1958, "Two further applications of a model for binary regression"), the mean and
    spread over the repeats; the bins hold mean probabilities, with Wilson's intervals.
    """
    slopes = [_slope(y, p) for p in by_repeat]
    p = by_repeat.mean(axis=0)
    order = np.argsort(p, kind="stable")
    return {
        "base_rate": float(y.mean()),
        "mean_probability": float(p.mean()),
        "slope": float(np.mean(slopes)),
        "slope_spread": float(np.std(slopes)),
        "bins": [_bin(y[who], p[who]) for who in np.array_split(order, BINS)],
    }


def _slope(y: Any, p: Any) -> float:
    logit = np.log(p / (1 - p)).reshape(-1, 1)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(logit, y)
    return float(model.coef_[0, 0])


def _bin(y: Any, p: Any) -> dict[str, Any]:
    return {
        "count": len(y),
        "mean_probability": round(float(p.mean()), 6),
        "left": round(float(y.mean()), 6),
        "left_interval": wilson(int(y.sum()), len(y)),
    }
