"""Makes seals: all committed rows that are in none become the leaves of a new tree.

No lock, no scan of the log, and no row missed that commits late: the numbers that were
skipped stand in the seal as gaps, and the next seals look into them. Rows are read
outside the transaction that writes the seal, for they never change.
"""

from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from attrition.errors import AttritionError
from predictions.models import NO_SEAL, Prediction, Seal, SealedPrediction
from predictions.proof import rows as log_rows
from predictions.proof import signing
from predictions.proof.digests import leaf_of
from predictions.proof.gaps import Gap, still_open, within
from predictions.proof.merkle import root_of

MOST_ROWS = 20_000  # of one seal: what is kept in memory, and how long SQLite is held


class SealedMeanwhile(AttritionError):
    """Another process made the same seal first; nothing was written."""


class ListedAlready(AttritionError):
    """A row that is in no seal of ours is in the list of one; nothing was written."""


def seal_all(key: Ed25519PrivateKey | None) -> Iterator[Seal]:
    """Seal until nothing waits; each seal is committed when it is given.

    Raises SealedMeanwhile, ListedAlready, or UnknownSchema for a row that a newer
    version wrote.
    """
    while (seal := seal_once(key)) is not None:
        yield seal


def seal_once(key: Ed25519PrivateKey | None) -> Seal | None:
    """Make one seal of at most `MOST_ROWS` rows; None when no row waits."""
    before = Seal.objects.order_by("-number").first()
    last_id = before.last_id if before else 0
    gaps = [Gap(*gap) for gap in before.gaps] if before else []
    late = _late(gaps)
    rows = late + _read(
        Prediction.objects.filter(pk__gt=last_id), MOST_ROWS - len(late)
    )
    if not rows:
        return None
    leaves = {row["id"]: leaf_of(row) for row in sorted(rows, key=lambda r: r["id"])}
    now = timezone.now()
    seal = Seal(
        number=before.number + 1 if before else 1,
        created_at=now,
        row_count=len(leaves),
        root=root_of(leaves.values()).hex(),
        previous_hash=before.seal_hash if before else NO_SEAL,
        public_key=signing.public_text(key),
        last_id=max(last_id, *leaves),
        gaps=list(still_open(gaps, last_id, list(leaves), now)),
    )
    seal.seal_hash = signing.hash_of(seal)
    seal.signature = signing.sign(seal, key) if key else ""
    _write(seal, leaves)
    return seal


def _late(gaps: list[Gap]) -> list[dict[str, Any]]:
    """Rows that took a skipped number after all."""
    found: list[dict[str, Any]] = []
    for taken in within(gaps):
        found += _read(Prediction.objects.filter(taken), MOST_ROWS - len(found))
    return found


def _read(rows: QuerySet[Prediction], most: int) -> list[dict[str, Any]]:
    return list(log_rows.read(rows.order_by("pk")[:most]))


def _write(seal: Seal, leaves: dict[int, bytes]) -> None:
    with transaction.atomic(durable=True):
        try:
            # First: whoever follows the same seal waits here, and then fails.
            seal.save(force_insert=True)
        except IntegrityError as error:
            raise SealedMeanwhile(
                "Another seal_log was faster; nothing was sealed twice."
            ) from error
        try:
            SealedPrediction.objects.bulk_create(
                [
                    SealedPrediction(prediction_id=pk, seal=seal, leaf=leaf)
                    for pk, leaf in leaves.items()
                ],
                batch_size=1000,
            )
        except IntegrityError as error:
            raise ListedAlready(
                "One of the rows stands in the list of a seal already, which none of "
                "ours has put there: verify_log names it. Nothing was sealed."
            ) from error
