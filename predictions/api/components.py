"""The shapes that `/openapi.json` refers to."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from attrition.models import HIGHEST_EMPLOYEE_ID
from predictions.answers import WARNINGS
from predictions.api.feature_schema import (
    changes_schema,
    example_features,
    feature_schema,
    stored_schema,
)
from predictions.batches.at_once import MOST_ROWS
from predictions.models import BatchKind, BatchState, Source

PROBABILITY = {"type": "number", "minimum": 0, "maximum": 1}
EMPLOYEE_ID = {"type": "integer", "minimum": 1, "maximum": HIGHEST_EMPLOYEE_ID}
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
COUNT = {"type": "integer", "minimum": 0}
TIME = {"type": "string", "format": "date-time", "description": "UTC"}
SCALAR = {"type": ["number", "string", "null"]}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    properties: dict[str, Any], optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


ERROR = _object(
    {
        "detail": {**TEXT, "description": _("A sentence.")},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {
                    "index": {
                        "type": "integer",
                        "description": _("Which of many records, from 0."),
                    },
                    "line": {
                        "type": "integer",
                        "description": _("The line of a file, from 1."),
                    },
                    "field": {"type": ["string", "null"]},
                    "code": TEXT,
                    "message": TEXT,
                },
                optional=("index", "line"),
            ),
        },
    }
)
WARNING = _object(
    {
        "code": {
            "type": "string",
            "enum": list(WARNINGS),
            "description": _(
                "`out_of_range`: counted as the nearest value that training has seen; "
                "`rare_value`: held by fewer than 10 people in training, counted "
                "without points of its own; `thin_evidence`: more than a third of the "
                "scored fields imputed; `demonstration_model`: trained on fictional "
                "data; `imported`: copied from the proof of concept, whose model is "
                "another."
            ),
        },
        "fields": TEXTS,
        "message": TEXT,
    }
)
CONTRIBUTION = _object(
    {
        "field": TEXT,
        "label": TEXT,
        "value": SCALAR,
        "usual": SCALAR,
        "points": {"type": "number", "description": _("In logits, against usual.")},
    }
)
EXPLANATION = _object(
    {
        "base": {"type": "number"},
        "contributions": {"type": "array", "items": ref("Contribution")},
    }
) | {"description": _("base + the sum of the points is the logit of `proba_depart`.")}
ANSWER = _object(
    {
        "proba_depart": PROBABILITY,
        "prediction": {"type": "integer", "enum": [0, 1]},
        "threshold": PROBABILITY,
        "model_version": TEXT,
        "stored": {"const": True},
        "db_id": {"type": "integer"},
        "missing_features": TEXTS,
        "warnings": {"type": "array", "items": ref("Warning")},
        "explanation": ref("Explanation"),
    },
    optional=("explanation",),
)
PREDICTION = _object(
    {
        "id": {"type": "integer"},
        "created_at": TIME,
        "employee_id": {"type": ["integer", "null"]},
        "input_payload": {"type": ["object", "null"]},
        "proba_depart": PROBABILITY,
        "prediction": {"type": "integer", "enum": [0, 1]},
        "threshold": PROBABILITY,
        "model_version": TEXT,
        "artifact_sha256": TEXT,
        "missing_features": TEXTS,
        "warnings": {"type": "array", "items": ref("Warning")},
        "source": {"type": "string", "enum": Source.values},
        "key_prefix": TEXT,
        "key_owner": TEXT,
        "user_name": TEXT,
        "request_id": TEXT,
        "batch_id": {"type": ["string", "null"], "format": "uuid"},
        "batch_row": {"type": ["integer", "null"]},
        "payload_digest": {**TEXT, "description": _("SHA-256, in hexadecimal.")},
        "schema_version": {"type": "integer"},
        "explanation": ref("Explanation"),
    },
    optional=("explanation",),
)
BATCH = _object(
    {
        "id": {**TEXT, "format": "uuid"},
        "state": {"type": "string", "enum": BatchState.values},
        "kind": {"type": "string", "enum": BatchKind.values},
        "model_version": TEXT,
        "created_at": TIME,
        "started_at": {**TIME, "type": ["string", "null"]},
        "finished_at": {**TIME, "type": ["string", "null"]},
        "rows": COUNT,
        "scored": COUNT,
        "refused": COUNT,
        "left": COUNT,
        "rows_per_second": {"type": ["number", "null"]},
        "problem": {**TEXT, "description": _("Why it failed; empty where it did not.")},
    }
)
PLACE = {
    "index": {"type": "integer", "description": _("Its place in the request, from 0.")},
    "employee_id": {"type": ["integer", "null"]},
}
BATCH_ANSWER = _object(
    {
        "batch_id": {**TEXT, "format": "uuid"},
        "scored": COUNT,
        "refused": COUNT,
        "results": {
            "type": "array",
            "items": {**ANSWER, "properties": {**PLACE, **ANSWER["properties"]}},
        },
        "errors": {
            "type": "array",
            "items": _object({**PLACE, "errors": ERROR["properties"]["errors"]}),
        },
    }
)
EMPLOYEE_IDS = {"type": "array", "items": EMPLOYEE_ID, "minItems": 1}
LARGE_BATCH_REQUEST = {
    "oneOf": [
        _object({"employee_ids": {**EMPLOYEE_IDS, "maxItems": 100_000}}),
        _object(
            {
                "all": {"const": True},
                "changed_only": {
                    "type": "boolean",
                    "default": False,
                    "description": _("Leave out whose last answer would be the same."),
                },
            },
            optional=("changed_only",),
        ),
    ]
}
REPLAY = _object(
    {
        "id": {"type": "integer"},
        "matches": {"type": "boolean"},
        "proba_depart": PROBABILITY,
        "replayed_proba_depart": PROBABILITY,
        "difference": {"type": "number", "minimum": 0},
        "prediction": {"type": "integer", "enum": [0, 1]},
        "replayed_prediction": {"type": "integer", "enum": [0, 1]},
        "replay_id": {"type": "integer", "description": _("The event on record.")},
    }
)
EMPLOYEE = _object(
    {
        "employee_id": EMPLOYEE_ID,
        "features": ref("StoredFeatures"),
        "created_at": TIME,
        "updated_at": TIME,
        "archived_at": {
            **TIME,
            "type": ["string", "null"],
            "description": _("UTC. Since then left out where everyone is scored."),
        },
    }
)
STORED = _object({"created": COUNT, "replaced": COUNT, "unchanged": COUNT})


def add_components(result: dict[str, Any], generator: Any, **kwargs: Any) -> Any:
    """A hook of drf-spectacular: put the shapes in, the feature table's first.

    At each call, because the categories are those of the release that serves.
    """
    request = _object(
        {"features": ref("Features"), "employee_id": {**EMPLOYEE_ID}},
        optional=("employee_id",),
    )
    request["properties"]["employee_id"]["type"] = ["integer", "null"]
    request["example"] = {"features": example_features()}
    store, change = (
        request | {"properties": request["properties"] | {"features": ref(name)}}
        for name in ("StoredFeatures", "Changes")
    )
    result["components"]["schemas"] = {
        "Request": request,
        "StoreRequest": store,
        "ChangeRequest": change,
        "Features": feature_schema(),
        "StoredFeatures": stored_schema(),
        "Changes": changes_schema(),
        "Answer": ANSWER,
        "Explanation": EXPLANATION,
        "Contribution": CONTRIBUTION,
        "Warning": WARNING,
        "BatchRequest": {
            "oneOf": [
                _object(
                    {
                        "records": {
                            "type": "array",
                            "items": ref("Request"),
                            "minItems": 1,
                            "maxItems": MOST_ROWS,
                        }
                    }
                ),
                _object({"employee_ids": {**EMPLOYEE_IDS, "maxItems": MOST_ROWS}}),
            ]
        },
        "BatchAnswer": BATCH_ANSWER,
        "LargeBatchRequest": LARGE_BATCH_REQUEST,
        "Batch": BATCH,
        "Prediction": PREDICTION,
        "Replay": REPLAY,
        "Employee": EMPLOYEE,
        "EmployeesRequest": _object(
            {
                "employees": {
                    "type": "array",
                    "items": _object(
                        {"employee_id": EMPLOYEE_ID, "features": ref("StoredFeatures")}
                    ),
                    "minItems": 1,
                    "maxItems": MOST_ROWS,
                }
            }
        ),
        "Stored": STORED,
        "Error": ERROR,
    }
    return result
