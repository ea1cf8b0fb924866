"""Fits, measures and proves a model; `attrition.release_writer` writes it down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from attrition import features
from attrition.errors import AttritionError
from attrition.extracts import Person
from attrition.field import Field, Kind
from attrition.scorecard import Scorecard
from attrition.validation import STORABLE

FEWEST_LEAVERS = 50  # below, a fold of five holds fewer than ten to be measured on
TOLERANCE = 1e-12  # between the scorecard's probability and the pipeline's
STRENGTH = 0.2  # C of the logistic regression
FOLDS = {"n_splits": 5, "n_repeats": 6, "random_state": 0}


class TrainingRefused(AttritionError):
    """Data that no honest model can be trained on; the text says why."""


@dataclass(frozen=True)
class TrainingSet:
    """`X`: one column a scored field, in the table's order; `y`: 1 for a leaver."""

    X: pd.DataFrame
    y: np.ndarray[Any, np.dtype[np.int64]]


def is_number(field: Field) -> bool:
    """Whether the model reads the field as a quantity; else each value is its own."""
    return field.kind in (Kind.NUMBER, Kind.PERCENT)


def training_set(people: Sequence[Person]) -> TrainingSet:
    """Normalise the people's features. Raises TrainingRefused."""
    y = np.array([int(bool(person.left)) for person in people], dtype=np.int64)
    leavers = int(y.sum())
    if min(leavers, len(y) - leavers) < FEWEST_LEAVERS:
        raise TrainingRefused(
            f"{leavers} of {len(y)} people left: at least {FEWEST_LEAVERS} leavers and "
            f"as many who stayed are needed to measure what a model is worth."
        )
    X = frame(person.features for person in people)
    if empty := [column for column in X if X[column].isna().all()]:
        raise TrainingRefused(
            f"These columns hold no value at all: {', '.join(empty)}."
        )
    return TrainingSet(X, y)


def frame(payloads: Any, columns: Sequence[str] = features.TRAINING_COLUMNS) -> Any:
    """A DataFrame of normalised values: floats, or objects where text may stand."""
    values = [STORABLE.validate(payload) for payload in payloads]
    return pd.DataFrame(
        {
            name: pd.Series(
                [np.nan if row[name] is None else row[name] for row in values],
                dtype=_dtype(features.BY_NAME[name]),
            )
            for name in columns
        }
    )


def _dtype(field: Field) -> type:
    return object if field.kind is Kind.CATEGORY or field.order else float


def new_pipeline(columns: Sequence[str] = features.TRAINING_COLUMNS) -> Pipeline:
    """The recipe: clip and scale numbers, one weight a value for everything else."""
    fields = [features.BY_NAME[name] for name in columns]
    numbers = [f.name for f in fields if is_number(f)]
    marks = [f.name for f in fields if not is_number(f) and _dtype(f) is float]
    names = [f.name for f in fields if _dtype(f) is object]
    choices = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
    )
    blocks = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(
                    SimpleImputer(strategy="median"),
                    MinMaxScaler(clip=True),
                    StandardScaler(),
                ),
                numbers,
            ),
            ("marks", choices, marks),
            ("names", choices, names),
        ]
    )
    # newton-cholesky agrees to 1e-15 from machine to machine; lbfgs does not.
    model = LogisticRegression(C=STRENGTH, solver="newton-cholesky")
    return Pipeline([("columns", blocks), ("model", model)])


@dataclass(frozen=True)
class Evaluation:
    """Out-of-fold measures; `probabilities` is each person's mean over the repeats."""

    metrics: dict[str, dict[str, float]]
    calibration: dict[str, float]
    probabilities: Any


def evaluate(data: TrainingSet) -> Evaluation:
    """Repeated stratified cross-validation; the mean and spread of the 30 folds."""
    folds = list(RepeatedStratifiedKFold(**FOLDS).split(data.X, data.y))
    scores: dict[str, list[float]] = {
        "average_precision": [],
        "roc_auc": [],
        "brier": [],
    }
    total = np.zeros(len(data.y))
    for train, test in folds:
        fitted = new_pipeline().fit(data.X.iloc[train], data.y[train])
        p = fitted.predict_proba(data.X.iloc[test])[:, 1]
        total[test] += p
        scores["average_precision"].append(average_precision_score(data.y[test], p))
        scores["roc_auc"].append(roc_auc_score(data.y[test], p))
        scores["brier"].append(brier_score_loss(data.y[test], p))
    p = total / FOLDS["n_repeats"]
    spread = {
        name: {"mean": float(np.mean(found)), "std": float(np.std(found))}
        for name, found in scores.items()
    }
    return Evaluation(spread, _calibration(data.y, p), p)


def _calibration(y: Any, p: Any) -> dict[str, float]:
    """Mean and slope: 1.0 is the slope of probabilities that mean what they say.

    The slope is the weight of logit(p) in an unpenalised logistic regression (Cox
    1958, "Two further applications of a model for binary regression").
    """
    logit = np.log(p / (1 - p)).reshape(-1, 1)
    slope = LogisticRegression(C=np.inf).fit(logit, y).coef_[0, 0]
    return {
        "base_rate": float(y.mean()),
        "mean_probability": float(p.mean()),
        "slope": float(slope),
    }


def threshold_table(y: Any, p: Any) -> list[dict[str, float]]:
    """Precision, recall, F1 and share flagged at 0.05, 0.06 … 0.95, out of fold."""
    rows = []
    for percent in range(5, 96):
        flagged = p >= percent / 100
        precision, recall, f1, _ = precision_recall_fscore_support(
            y, flagged, average="binary", zero_division=0.0
        )
        rows.append(
            {
                "threshold": percent / 100,
                "precision": float(precision),
                "recall": float(recall),
                "f1": float(f1),
                "flagged": float(flagged.mean()),
            }
        )
    return rows


def prove(scorecard: Scorecard, pipeline: Pipeline, X: pd.DataFrame) -> float:
    """Return the largest difference of probability over `X` and hostile rows.

    Raises TrainingRefused above `TOLERANCE`.
    """
    everything = pd.concat([X, hostile_rows(X)], ignore_index=True)
    expected = pipeline.predict_proba(everything)[:, 1]
    found = [scorecard.probability(row) for row in plain_rows(everything)]
    worst = float(np.abs(expected - np.array(found)).max())
    if not worst <= TOLERANCE:  # > would let NaN pass
        raise TrainingRefused(
            f"The scorecard is off the pipeline by {worst:.1e}, more than {TOLERANCE}."
        )
    return worst


def hostile_rows(X: pd.DataFrame, count: int = 500) -> pd.DataFrame:
    """Rows of nulls, of values never seen and of numbers far out of range."""
    rng = np.random.default_rng(0)
    columns = {}
    for name in map(str, X):
        dtype = _dtype(features.BY_NAME[name])
        odd = ["never seen"] if dtype is object else [-1e6, 1e9]
        seen = X[name].dropna().unique().tolist()
        pool: Any = np.array([np.nan, *odd, *seen[:20]], dtype=dtype)
        columns[name] = rng.choice(pool, size=count)
    hostile = pd.DataFrame(columns)
    hostile.iloc[0] = np.nan
    return hostile


def plain_rows(X: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in X.to_dict("records"):
        yield {str(k): None if v != v else v for k, v in row.items()}
