"""Puts answers that another service gave into the log, under the numbers they had.

`predictions.services` writes what this service answers, and nothing else; here is all
that comes into the log besides.
"""

from collections.abc import Sequence

from django.db import connection

from predictions.database.bulk_insert import Columns, insert_numbered
from predictions.models import Source
from predictions.models.log import SCHEMA_VERSION
from predictions.poc.fitting import Answer
from predictions.proof.digests import new_salt, payload_digest


def write(answers: Sequence[Answer]) -> None:
    """Inside the caller's transaction. Raises whatever the database says."""
    if not connection.in_atomic_block:
        raise RuntimeError("Whether a number is free is looked up where it is taken.")
    insert_numbered([_columns(answer) for answer in answers])


def _columns(answer: Answer) -> Columns:
    salt = new_salt()
    return {
        "id": answer.id,
        "created_at": answer.created_at,
        "employee_id": answer.employee_id,
        "input_payload": answer.payload,
        "proba_depart": answer.proba_depart,
        "prediction": answer.prediction,
        "threshold": answer.threshold,
        "model_version": answer.model_version,
        "artifact_sha256": "",  # no release of ours
        "missing_features": [],
        "warnings": [{"code": "imported", "fields": []}],
        "source": Source.IMPORTED,
        "key_prefix": "",
        "key_owner": "",
        "user_name": "",
        "request_id": "",
        "batch_id": None,
        "batch_row": None,
        "payload_salt": salt,
        "payload_digest": payload_digest(salt, answer.payload, answer.employee_id),
        "schema_version": SCHEMA_VERSION,
    }
