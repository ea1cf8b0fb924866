"""What stands for a row in every proof: its payload's digest and its leaf.

The digest stands for what may be erased (payload, salt and employee number); the leaf
covers every other column and the digest. So an erased row keeps its leaf, and nothing
that is left helps to guess what was erased: the salt goes with it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from predictions.proof.canonical import canonical
from predictions.proof.merkle import leaf_hash

SALT_BYTES = 16

# Never change a version's columns: rows of its time are verified by them for ever.
# A new column of the log makes a new version (`SCHEMA_VERSION` in models/log.py).
_FIRST = (
    "id",
    "created_at",
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "artifact_sha256",
    "missing_features",
    "warnings",
    "source",
    "key_prefix",
    "key_owner",
    "user_name",
    "request_id",
    "schema_version",
    "payload_digest",
)
LEAF_COLUMNS: Mapping[int, tuple[str, ...]] = {
    1: _FIRST,
    2: (*_FIRST, "batch_id", "batch_row"),
}
"""The columns that a leaf covers, by the `schema_version` of the row."""


class UnknownSchema(ValueError):
    """A row says that it was written by rules that this version does not know."""


def new_salt() -> str:
    """Random bits in hexadecimal; without them a digest gives nothing away."""
    return secrets.token_hex(SALT_BYTES)


def payload_digest(salt: str, payload: Any, employee_id: int | None) -> str:
    """SHA-256(salt ‖ canonical JSON of payload and employee_id), in hexadecimal."""
    document = canonical({"employee_id": employee_id, "payload": payload})
    return hashlib.sha256(bytes.fromhex(salt) + document).hexdigest()


def leaf_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that its leaf covers, as JSON values.

    Raises UnknownSchema.
    """
    columns = LEAF_COLUMNS.get(row["schema_version"])
    if columns is None:
        raise UnknownSchema(f"schema_version {row['schema_version']} is not known")
    document = {name: row[name] for name in columns}
    document["created_at"] = moment(row["created_at"])
    if document.get("batch_id") is not None:
        document["batch_id"] = str(document["batch_id"])
    return document


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """The leaf hash of a row (RFC 6962). Raises UnknownSchema."""
    return leaf_hash(canonical(leaf_document(row)))


def moment(time: datetime) -> str:
    """A time as the proofs write it: UTC, to the microsecond."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def columns_read() -> Sequence[str]:
    """All columns that some version's leaf covers."""
    return LEAF_COLUMNS[max(LEAF_COLUMNS)]
