"""Writes a trained model down as a release folder, whole or not at all."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from attrition import releases
from attrition.features import BY_NAME
from attrition.scorecard import FieldPoints, NumberPoints, Scorecard
from attrition.training import Model
from attrition.validation import STORABLE

MIXTURES = 25  # among the reference cases


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
        cases = _reference_cases(model.scorecard, card["categories"])
        _dump(draft / releases.REFERENCE, cases)
        hashes = {
            name: hashlib.sha256((draft / name).read_bytes()).hexdigest()
            for name in releases.LISTED_FILES
        }
        _dump(draft / releases.CARD, {**card, "files": hashes})
        draft.rename(folder)


def _dump(path: Path, document: Any) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _reference_cases(
    scorecard: Scorecard, categories: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Invented inputs (nobody's row) that no change of the scorecard survives.

    Each value of each field that a request may hold and a scorecard may tell from
    another, beside one of the next field, the rest null; then mixtures of them all.
    """
    pools = {
        item.field: _telling_values(item, categories.get(item.field, ()))
        for item in scorecard.fields
    }
    names = list(pools)
    payloads: list[dict[str, Any]] = []
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        beside = {} if other == name else {other: pools[other][0]}
        payloads += [beside | {name: value} for value in pools[name]]
        if beside:  # nothing but nulls can't be scored
            payloads.append(beside | {name: None})
    rng = np.random.default_rng(0)
    for _ in range(MIXTURES):
        sent = [name for name in names if rng.random() < 0.9] or names
        payloads.append({n: pools[n][rng.integers(len(pools[n]))] for n in sent})
    return [_scored(scorecard, payload) for payload in payloads]


def _telling_values(item: FieldPoints, known: Sequence[str]) -> list[Any]:
    """Values that can be sent: those with points of their own, the ends, and beyond."""
    field = BY_NAME[item.field]
    if known or field.choices:
        return list(known or field.choices)
    if isinstance(item, NumberPoints):
        low, high = item.low, item.high
        inside = [low + (high - low) * i / 4 for i in range(1, 4)]
    else:
        seen = [float(value) for value in item.table]
        low, high = item.clip or (min(seen), max(seen))
        inside = [*seen, *(value + 1 for value in seen)]
    lowest = low - 1 if field.low is None else field.low
    highest = high + 1 if field.high is None else field.high
    ends = [lowest, low - 1, low, low + 1, high - 1, high, high + 1, highest]
    possible = sorted({n for n in [*inside, *ends] if lowest <= n <= highest})
    # Whole by the table, whatever a quarter of its range is.
    return list(dict.fromkeys(map(int, possible))) if field.whole else possible


def _scored(scorecard: Scorecard, payload: Mapping[str, Any]) -> dict[str, Any]:
    values = STORABLE.validate(payload)
    return {"features": payload, "proba_depart": scorecard.probability(values)}
