"""What stands for a row in every proof: its payload's digest and its leaf.

The digest stands for what may be erased (payload, salt and employee number); the leaf
covers every other column and the digest. So an erased row keeps its leaf, and nothing
that is left helps to guess what was erased: the salt goes with it.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from predictions.proof.canonical import canonical, parsed, respelt
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


TEXT_COLUMNS = ("created_at", "missing_features", "warnings")
"""Those that a row of `proof.rows` holds as the database's text."""

# Most rows hold one of a few lists. They are shared: nobody may change one.
_parsed_list = lru_cache(maxsize=256)(parsed)


class UnknownSchema(ValueError):
    """A row says that it was written by rules that this version does not know."""


def new_salt() -> str:
    """Random bits in hexadecimal; without them a digest gives nothing away."""
    return secrets.token_hex(SALT_BYTES)


def payload_digest(salt: str, payload: Any, employee_id: int | None) -> str:
    """SHA-256(salt ‖ canonical JSON of payload and employee_id), in hexadecimal."""
    return _digest(salt, canonical(payload), employee_id)


def stored_digest(row: Mapping[str, Any]) -> str:
    """The digest that a row's payload, salt and employee number give again.

    Raises ValueError where they give none.
    """
    spelling = respelt(row["input_payload"])
    return _digest(row["payload_salt"] or "", spelling, row["employee_id"])


def _digest(salt: str, payload: bytes, employee_id: int | None) -> str:
    document = b'{"employee_id":%s,"payload":%s}' % (canonical(employee_id), payload)
    return hashlib.sha256(bytes.fromhex(salt) + document).hexdigest()


def leaf_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row (`proof.rows`) that its leaf covers, as JSON values.

    Raises UnknownSchema, or another ValueError for a text that can't be read.
    """
    columns = LEAF_COLUMNS.get(row["schema_version"])
    if columns is None:
        raise UnknownSchema(f"schema_version {row['schema_version']} is not known")
    document = {name: row[name] for name in columns}
    document["created_at"] = moment(_time(row["created_at"]))
    document["missing_features"] = _parsed_list(row["missing_features"])
    document["warnings"] = _parsed_list(row["warnings"])
    if document.get("batch_id") is not None:
        document["batch_id"] = str(document["batch_id"])
    return document


def leaf_of(row: Mapping[str, Any]) -> bytes:
    """The leaf hash of a row (RFC 6962). Raises as `leaf_document`."""
    return leaf_hash(canonical(leaf_document(row)))


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    # Django writes UTC into SQLite, and no offset.
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment(time: datetime) -> str:
    """A time as the proofs write it: UTC, to the microsecond."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def columns_read() -> Sequence[str]:
    """All columns that some version's leaf covers."""
    return LEAF_COLUMNS[max(LEAF_COLUMNS)]
