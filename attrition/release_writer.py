"""Writes a trained model down as a release folder, whole or not at all."""

import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import sklearn
from sklearn.pipeline import Pipeline

from attrition import features, releases, training
from attrition.compiling import compile_scorecard
from attrition.field import Kind
from attrition.scorecard import ChoicePoints, NumberPoints, Scorecard
from attrition.training import Evaluation, TrainingSet
from attrition.validation import STORABLE

PURPOSE = (
    "Estimates how likely an employee is to leave, to start a conversation about what "
    "would make them stay. A score is never a decision on its own (GDPR, article 22)."
)
RULE = "the threshold with the highest F1 on out-of-fold probabilities"
REFERENCE_CASES = 25


@dataclass(frozen=True)
class Trained:
    """A fitted pipeline, the same as points, and what was measured."""

    pipeline: Pipeline
    scorecard: Scorecard
    evaluation: Evaluation
    largest_difference: float


def train(data: TrainingSet) -> Trained:
    """Evaluate, fit on everything, compile, prove. Raises TrainingRefused."""
    evaluation = training.evaluate(data)
    pipeline = training.new_pipeline().fit(data.X, data.y)
    scorecard = compile_scorecard(pipeline)
    worst = training.prove(scorecard, pipeline, data.X)
    return Trained(pipeline, scorecard, evaluation, worst)


def write(
    folder: Path, trained: Trained, data: TrainingSet, *, fictional: bool
) -> dict[str, Any]:
    """Write the release into `folder`, which must not exist; return its card."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        joblib.dump(trained.pipeline, draft / releases.PIPELINE)
        _dump(draft / releases.SCORECARD, trained.scorecard.as_json())
        _dump(draft / releases.FEATURES, list(trained.scorecard.names))
        _dump(draft / releases.REFERENCE, _reference_cases(trained.scorecard))
        card = _card(trained, data, fictional=fictional)
        card["files"] = {
            name: hashlib.sha256((draft / name).read_bytes()).hexdigest()
            for name in releases.LISTED_FILES
        }
        _dump(draft / releases.CARD, card)
        shutil.move(draft, folder)
    return card


def _dump(path: Path, document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def fingerprint(data: TrainingSet) -> str:
    """SHA-256 of the normalised training table and its outcome, in file order."""
    table = data.X.assign(left=data.y).to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(table.encode()).hexdigest()


def _card(trained: Trained, data: TrainingSet, *, fictional: bool) -> dict[str, Any]:
    table = training.threshold_table(data.y, trained.evaluation.probabilities)
    best = max(table, key=lambda row: row["f1"])
    fields = {item.field: item for item in trained.scorecard.fields}
    return {
        "purpose": PURPOSE,
        "data": {
            "employees": len(data.y),
            "left": int(data.y.sum()),
            "sha256": fingerprint(data),
            "fictional": fictional,
        },
        "model": {
            "kind": "logistic regression, compiled to points",
            "C": training.STRENGTH,
            "folds": training.FOLDS,
            "largest_difference_from_pipeline": trained.largest_difference,
        },
        "metrics": trained.evaluation.metrics,
        "calibration": trained.evaluation.calibration,
        "threshold": {"value": best["threshold"], "rule": RULE, "table": table},
        "categories": {
            name: list(item.table)
            for name, item in fields.items()
            if isinstance(item, ChoicePoints)
            and features.BY_NAME[name].kind is Kind.CATEGORY
        },
        "ranges": {
            name: [item.low, item.high]
            for name, item in fields.items()
            if isinstance(item, NumberPoints)
        },
        "usual": {name: item.usual for name, item in fields.items()},
        "excluded_grounds": {
            f.name: f.ground.fr for f in features.FIELDS if f.ground is not None
        },
        "libraries": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "joblib": joblib.__version__,
        },
    }


def _reference_cases(scorecard: Scorecard) -> list[dict[str, Any]]:
    """Invented inputs, each value drawn by itself (nobody's row), some of them null."""
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(REFERENCE_CASES):
        payload: dict[str, Any] = {}
        for item in scorecard.fields:
            field = features.BY_NAME[item.field]
            if rng.random() < 0.1:
                payload[field.name] = None
            elif isinstance(item, NumberPoints):
                drawn = rng.uniform(item.low, item.high)
                payload[field.name] = int(drawn) if field.whole else round(drawn, 2)
            elif isinstance(item, ChoicePoints):
                choices = field.choices or tuple(item.table)
                payload[field.name] = choices[rng.integers(len(choices))]
        cases.append(_scored(scorecard, payload))
    return cases


def _scored(scorecard: Scorecard, payload: Mapping[str, Any]) -> dict[str, Any]:
    values = STORABLE.validate(payload)
    return {"features": payload, "proba_depart": scorecard.probability(values)}
