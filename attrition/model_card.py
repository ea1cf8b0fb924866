"""Assembles a release's model card: what it is for, what it may not, what was measured.

Headings after "Model Cards for Model Reporting" (Mitchell et al. 2019).
"""

import itertools
import platform
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import joblib
import numpy as np
import pandas
import scipy
import sklearn

from attrition import card_texts, evaluation, features, recipe, reference, thresholds
from attrition.card_format import FORMAT, silent
from attrition.errors import TrainingRefused
from attrition.evaluation import Evaluation
from attrition.fairness import by_group
from attrition.field import Kind, Text
from attrition.scorecard import NumberPoints, Scorecard
from attrition.training import Cost, Model, Trained, Wishes
from attrition.training_set import TrainingSet, fingerprint


def model_card(
    trained: Trained,
    data: TrainingSet,
    wishes: Wishes,
    *,
    fictional: bool,
    origin: str = "",
) -> dict[str, Any]:
    """Everything but the other files' hashes. Raises TrainingRefused.

    `origin` says where the data come from.
    """
    measured = trained.evaluation
    calibration = evaluation.calibration(data.y, measured.by_repeat)
    threshold = _threshold(data, measured, calibration["base_rate"], wishes.seed)
    card = {
        "format": FORMAT,
        "trained_on": date.today().isoformat(),
        "purpose": _both(card_texts.PURPOSE),
        "oversight": _both(card_texts.OVERSIGHT),
        "limits": [
            _both(limit)
            for limit in (
                *([card_texts.FICTIONAL] if fictional else []),
                *measured_limits(measured.metrics, calibration),
                *card_texts.LIMITS,
                card_texts.GROUNDS_USED
                if _used_grounds(trained.model)
                else card_texts.PROXIES,
            )
        ],
        "horizon": _both(card_texts.HORIZON),
        "data": {
            "employees": len(data.y),
            "left": int(data.y.sum()),
            "sha256": fingerprint(data),
            "fictional": fictional,
            # Not said is not empty: an empty heading would refuse the release.
            **({"origin": origin} if origin else {}),
        },
        "model": _model(trained.model, measured),
        "metrics": measured.metrics,
        "measured": _both(card_texts.MEASURED),
        "calibration": calibration,
        "threshold": threshold,
        "fairness_measured": _both(card_texts.FAIRNESS),
        "fairness": by_group(data, measured.by_repeat, threshold["value"], wishes.seed),
        "care": _care(trained, wishes),
        "cost_of_leaving_out_all_care": trained.care_cost,
        **_grounds(trained, wishes),
        **_seen(trained.model.scorecard, data),
        "reference": reference.distributions(data.X),
        "libraries": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "pandas": pandas.__version__,
            "joblib": joblib.__version__,
        },
    }
    check_headings(card)
    return card


def measured_limits(
    metrics: Mapping[str, Any], calibration: Mapping[str, Any]
) -> list[Text]:
    """What the measures themselves warn of."""
    found = []
    base_rate = calibration["base_rate"]
    if evaluation.no_better_than_guessing(metrics, base_rate):
        found.append(card_texts.GUESSING)
    if off := [card_texts.miscalibrated(*run) for run in _runs_off(calibration)]:
        found.append(card_texts.miscalibration(off))
    return found


def _runs_off(
    calibration: Mapping[str, Any],
) -> Iterator[tuple[int, float, float, float, float]]:
    """Neighbouring bins that are off by more than chance, on the same side.

    Of each run: people, lowest, highest and overall mean probability, share who left.
    """
    for side, run in itertools.groupby(calibration["bins"], key=_side):
        bins = list(run)
        if side == 0:
            continue
        counts = [group["count"] for group in bins]
        means = [group["mean_probability"] for group in bins]
        left = [group["left"] for group in bins]
        yield (
            sum(counts),
            means[0],
            means[-1],
            float(np.average(means, weights=counts)),
            float(np.average(left, weights=counts)),
        )


def _side(group: Mapping[str, Any]) -> int:
    low, high = group["left_interval"]
    mean = group["mean_probability"]
    return int(mean > high) - int(mean < low)


def check_headings(card: Mapping[str, Any]) -> None:
    """Raise TrainingRefused for a required heading, or a text, that is not there."""
    if empty := silent(card):
        raise TrainingRefused(
            f"The model card says nothing under: {', '.join(empty)}. A release without "
            "it may not be written."
        )


def _both(text: Text) -> dict[str, str]:
    return {"fr": text.fr, "en": text.en}


def _model(model: Model, measured: Evaluation) -> dict[str, Any]:
    chosen = Counter((item.transform, item.strength) for item in measured.recipes)
    return {
        "kind": "logistic regression, compiled to points",
        "recipe": recipe.RECIPE_VERSION,
        "columns": list(model.recipe.columns),
        "clipped": {
            name: list(ends)
            for name, ends in model.recipe.clipped.items()
            if name in model.recipe.columns
        },
        "transform": model.recipe.transform,
        "C": model.recipe.strength,
        "seed": model.recipe.seed,
        "folds": {
            "n_splits": evaluation.SPLITS,
            "n_repeats": evaluation.REPEATS,
            "random_state": model.recipe.seed,
        },
        "chosen_in_folds": [
            {"transform": transform, "C": strength, "folds": count}
            for (transform, strength), count in sorted(chosen.items())
        ],
        "largest_difference_from_pipeline": model.difference,
    }


def _threshold(
    data: TrainingSet, measured: Evaluation, base_rate: float, seed: int
) -> dict[str, Any]:
    table = thresholds.threshold_table(data.y, measured.by_repeat, seed)
    default = thresholds.default_threshold(table, base_rate)
    return {
        "value": default["threshold"],
        "rule": _both(card_texts.THRESHOLD_RULE),
        "of_ten_flagged_left": thresholds.of_ten(default),
        "table": table,
    }


def _care(trained: Trained, wishes: Wishes) -> list[dict[str, Any]]:
    """The fields that need care: what leaving each out costs, and why it stays."""
    rows = []
    for field in features.SCORABLE:
        if field.care is None:
            continue
        row: dict[str, Any] = {
            "field": field.name,
            "care": _both(field.care),
            "used": field.name in trained.model.recipe.columns,
            "cost_of_leaving_out": trained.costs.get(field.name),
            "is_told_from_nothing": _is_told(trained.costs.get(field.name)),
        }
        row["is_standard_reason"] = False
        if not row["used"]:
            row["reason"] = _both(card_texts.WISHED)
        elif field.name in wishes.reasons:
            written = wishes.reasons[field.name]
            row["reason"] = {"fr": written, "en": written}
        else:
            assert field.reason is not None
            row |= {"reason": _both(field.reason), "is_standard_reason": True}
        rows.append(row)
    return rows


def _is_told(cost: Cost | None) -> bool:
    return cost is not None and evaluation.is_told_apart(cost["average_precision"])


def _grounds(trained: Trained, wishes: Wishes) -> dict[str, Any]:
    grounds = {f.name: f.ground for f in features.FIELDS if f.ground is not None}
    return {
        "excluded_grounds": {
            name: _both(ground)
            for name, ground in grounds.items()
            if name not in _used_grounds(trained.model)
        },
        "allowed_grounds": {
            name: {"ground": _both(grounds[name]), "because": because}
            for name, because in wishes.allowed_grounds.items()
            if name in _used_grounds(trained.model)
        },
        "cost_of_using_excluded_grounds": trained.grounds_cost,
    }


def _used_grounds(model: Model) -> set[str]:
    return set(model.recipe.columns) & set(features.GROUNDS)


def _seen(scorecard: Scorecard, data: TrainingSet) -> dict[str, Any]:
    """The values that training has seen, and the usual one, by field.

    A category that few people hold is known too, and has no points of its own.
    """
    fields = {item.field: item for item in scorecard.fields}
    return {
        "categories": {
            name: sorted(data.X[name].dropna().unique())
            for name in fields
            if features.BY_NAME[name].kind is Kind.CATEGORY
        },
        "ranges": {
            name: [item.low, item.high]
            for name, item in fields.items()
            if isinstance(item, NumberPoints)
        },
        "usual": {name: item.usual for name, item in fields.items()},
    }
