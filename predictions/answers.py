"""The words and shapes of an answer: plain data from what the services return."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from attrition.features import BY_NAME
from predictions.models import Prediction, Replay
from predictions.replays import Replayed
from predictions.services import Explanation
from predictions.sight import EVERYTHING, Sight, grouped

WARNINGS = {
    "demonstration_model": _(
        "The model was trained on fictional data: its scores say nothing about people."
    ),
    "out_of_range": _(
        "Outside what the model has seen in training, and counted as its nearest value."
    ),
    "rare_value": _(
        "Held by fewer than 10 people in training: counted without points of its own."
    ),
    "thin_evidence": _(
        "More than a third of the fields were missing and replaced by usual values."
    ),
    "imported": _(
        "Copied from the proof of concept: another model gave it, whose probabilities "
        "are not to be compared with this service's."
    ),
}

UNAVAILABLE = {
    "model_unavailable": _(
        "No model can answer at the moment. Nothing was scored; the operator's log "
        "says why."
    ),
    "log_unavailable": _(
        "The answer could not be recorded, so there is none. Try again in a moment."
    ),
    "broker_unavailable": _(
        "The broker that hands out batches does not answer. There is no batch: try "
        "again in a moment."
    ),
}
"""Why nobody can be scored, for the API and the back-office alike."""


def warnings_in_words(warnings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The recorded warnings, each with its sentence in the reader's language."""
    return [
        # A later release may have recorded a code that this one has no words for.
        {**item, "message": str(WARNINGS.get(item["code"], item["code"]))}
        for item in warnings
    ]


def explanation(explained: Explanation, seen: Sight = EVERYTHING) -> dict[str, Any]:
    """`base` + Σ `points` is the logit; labels in the reader's language."""
    found = [
        {
            "field": item.field,
            "label": str(BY_NAME[item.field].label),
            "value": item.value,
            "usual": item.usual,
            "points": item.points,
        }
        for item in explained.contributions
    ]
    return {"base": explained.base, "contributions": grouped(found, seen)}


def replay_answer(found: Replayed, event: Replay) -> dict[str, Any]:
    """What a replay answers: both probabilities, and whether they are the same."""
    return {
        "id": found.prediction_id,
        "matches": found.matches,
        "proba_depart": found.recorded,
        "replayed_proba_depart": found.replayed,
        "difference": found.difference,
        "prediction": found.recorded_class,
        "replayed_prediction": found.replayed_class,
        "replay_id": event.pk,
    }


def answer(prediction: Prediction, seen: Sight = EVERYTHING) -> dict[str, Any]:
    """What a scoring call answers: the seed's six keys, and what came since."""
    found = {
        "proba_depart": prediction.proba_depart,
        "prediction": prediction.prediction,
        "threshold": prediction.threshold,
        "model_version": prediction.model_version,
        "stored": True,
        "db_id": prediction.pk,
        "missing_features": prediction.missing_features,
        "warnings": warnings_in_words(prediction.warnings),
    }
    if prediction.explanation is not None:
        found["explanation"] = explanation(prediction.explanation, seen)
    return found
