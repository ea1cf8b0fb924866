"""Writes a trained model down as a release folder, whole or not at all."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from attrition import features, releases
from attrition.scorecard import NumberPoints, Scorecard
from attrition.training import Model
from attrition.validation import STORABLE

REFERENCE_CASES = 25


def write(folder: Path, model: Model, card: Mapping[str, Any]) -> None:
    """Write the release into `folder`, which must not exist.

    `card` gets the hashes of the other files. Raises OSError; then nothing is there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".") as temporary:
        draft = Path(temporary) / folder.name
        draft.mkdir()
        joblib.dump(model.pipeline, draft / releases.PIPELINE)
        _dump(draft / releases.SCORECARD, model.scorecard.as_json())
        _dump(draft / releases.FEATURES, list(model.scorecard.names))
        _dump(draft / releases.REFERENCE, _reference_cases(model.scorecard))
        hashes = {
            name: hashlib.sha256((draft / name).read_bytes()).hexdigest()
            for name in releases.LISTED_FILES
        }
        _dump(draft / releases.CARD, {**card, "files": hashes})
        draft.rename(folder)


def _dump(path: Path, document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


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
            else:
                choices = field.choices or tuple(item.table)
                payload[field.name] = choices[rng.integers(len(choices))]
        if all(value is None for value in payload.values()):
            first = scorecard.fields[0]  # nothing at all is refused, not scored
            payload[first.field] = first.usual
        cases.append(_scored(scorecard, payload))
    return cases


def _scored(scorecard: Scorecard, payload: Mapping[str, Any]) -> dict[str, Any]:
    values = STORABLE.validate(payload)
    return {"features": payload, "proba_depart": scorecard.probability(values)}
