"""Measures a recipe out of fold: nobody is scored by a model that has seen them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from django.utils.translation import gettext as _
from scipy.stats import t as student
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


def remeasured(
    data: TrainingSet,
    evaluation: Evaluation,
    change: Callable[[Recipe], Recipe],
    track: Track[Any] = untracked,
    what: str = "",
) -> Evaluation:
    """The same folds after a change of recipe.

    What each training part chose before is kept, the strength among it: choosing anew
    would take minutes, and can only make a change cost less.
    """
    return _measured(data, [change(r) for r in evaluation.recipes], track, what)


def cost_of(
    data: TrainingSet,
    evaluation: Evaluation,
    change: Callable[[Recipe], Recipe],
    track: Track[Any] = untracked,
    what: str = "",
) -> dict[str, dict[str, float]]:
    """What each measure loses by a change of recipe, on the same folds, fold by fold.

    More than 0 is worse after the change, for the Brier score too. The strength that
    each training part chose before the change is used after it.
    """
    after = remeasured(data, evaluation, change, track, what)
    losses = {
        name: (found - after.by_fold[name]) * (1 if HIGHER_IS_BETTER[name] else -1)
        for name, found in evaluation.by_fold.items()
    }
    return {
        name: {"mean": float(np.mean(loss)), "std": float(np.std(loss))}
        for name, loss in losses.items()
    }


def is_told_apart(found: Mapping[str, float], nothing: float = 0.0) -> bool:
    """Whether a mean over the folds is told from `nothing` with 95 % confidence.

    The folds share people, so their spread alone is no error: its square is multiplied
    by 1 / folds + test / training (Nadeau and Bengio 2003, "Inference for the
    generalization error").
    """
    folds = SPLITS * REPEATS
    error = found["std"] * (1 / folds + 1 / (SPLITS - 1)) ** 0.5
    off = abs(found["mean"] - nothing)
    return bool(off > error * student.ppf(0.975, folds - 1))


def no_better_than_guessing(
    metrics: Mapping[str, Mapping[str, float]], base_rate: float
) -> list[str]:
    """The measures that can't be told from those of guessing, or are worse."""
    guessed = {"average_precision": base_rate, "roc_auc": 0.5}
    return [
        name
        for name, nothing in guessed.items()
        if metrics[name]["mean"] <= nothing or not is_told_apart(metrics[name], nothing)
    ]


def calibration(y: Any, by_repeat: Any) -> dict[str, Any]:
    """Do probabilities mean what they say? A slope of 1.0 does, and so does each bin.

    The slope is the weight of logit(p) in an unpenalised logistic regression (Cox
    1958, "Two further applications of a model for binary regression"). It and the bins,
    from the lowest to the highest probability, are means over the repeats.
    """
    slopes = [_slope(y, p) for p in by_repeat]
    return {
        "base_rate": float(y.mean()),
        "mean_probability": float(by_repeat.mean()),
        "slope": float(np.mean(slopes)),
        "slope_spread": float(np.std(slopes)),
        "bins": _bins(y, by_repeat),
    }


def _slope(y: Any, p: Any) -> float:
    logit = np.log(p / (1 - p)).reshape(-1, 1)
    model = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(logit, y)
    return float(model.coef_[0, 0])


def _bins(y: Any, by_repeat: Any) -> list[dict[str, Any]]:
    orders = [np.array_split(np.argsort(p, kind="stable"), BINS) for p in by_repeat]
    return [
        _bin(
            len(people[0]),
            float(np.mean([p[who] for p, who in zip(by_repeat, people, strict=True)])),
            float(np.mean([y[who] for who in people])),
        )
        for people in zip(*orders, strict=True)
    ]


def _bin(count: int, mean_probability: float, left: float) -> dict[str, Any]:
    return {
        "count": count,
        "mean_probability": round(mean_probability, 6),
        "left": round(left, 6),
        "left_interval": wilson(round(left * count), count),
    }
