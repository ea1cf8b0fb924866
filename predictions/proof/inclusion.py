"""The proof that one row is in its seal, for somebody without the database.

`docs/check_proof.py` checks it with the standard library.
"""

from typing import Any

from attrition.errors import AttritionError
from predictions.models import Seal, SealedPrediction
from predictions.proof import rows as log_rows
from predictions.proof import signing
from predictions.proof.canonical import parsed
from predictions.proof.checking import Finding, check
from predictions.proof.digests import leaf_document
from predictions.proof.merkle import path_of

FORMAT = 1


class NotSealed(AttritionError):
    """There is no such row, or it waits for the next seal."""


def proof(number: int, *, with_payload: bool = False) -> dict[str, Any]:
    """The row as its leaf has it, its audit path (RFC 6962, 2.1.1) and its seal.

    With the payload, also what its digest stands for, unless it was erased. Raises
    NotSealed.
    """
    row = log_rows.by_id([number]).get(number)
    if row is None:
        raise NotSealed(f"There is no prediction {number}.")
    entry = SealedPrediction.objects.filter(pk=number).select_related("seal").first()
    if entry is None:
        raise NotSealed(f"Prediction {number} is in no seal yet: run seal_log first.")
    entries = SealedPrediction.objects.filter(seal=entry.seal).order_by("prediction_id")
    listed = list(entries.values_list("prediction_id", "leaf"))
    index = [pk for pk, _leaf in listed].index(number)
    leaves = [bytes(leaf) for _pk, leaf in listed]
    found = {
        "format": FORMAT,
        "row": leaf_document(row),
        "leaf_index": index,
        "tree_size": len(leaves),
        "audit_path": [node.hex() for node in path_of(index, leaves)],
        "seal": _seal(entry.seal),
    }
    if with_payload and row["payload_salt"] is not None:
        found["payload"] = {
            "salt": row["payload_salt"],
            "employee_id": row["employee_id"],
            "payload": parsed(row["input_payload"]),
        }
    return found


def findings(number: int) -> list[Finding]:
    """What is wrong with a sealed row: its proof will fail."""
    entry = SealedPrediction.objects.get(pk=number)
    checked = check([(entry.seal_id, number, bytes(entry.leaf))])
    return [found for some in checked.findings.values() for found in some]


def _seal(seal: Seal) -> dict[str, Any]:
    return signing.header(seal) | {
        "seal_hash": seal.seal_hash,
        "signature": seal.signature,
    }
