"""A retry under the same `Idempotency-Key` gets the first answer, not a second row.

After the IETF draft "The Idempotency-Key HTTP Header Field". The key is written in the
transaction of the row that it stands for: both are there or neither.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from attrition.errors import AttritionError
from predictions.models import Batch, IdempotencyKey, Prediction
from predictions.proof.canonical import canonical

KEPT = timedelta(hours=24)  # at least


class KeyReused(AttritionError):
    """The key has answered another request."""


class AnsweredMeanwhile(AttritionError):
    """The same request was answered first by another process; nothing was written."""


@dataclass(frozen=True)
class Retry:
    """A request that may be one: who asks, under which key, and for what (JSON)."""

    caller: str
    key: str
    request: Any


def first_answer(retry: Retry) -> Prediction | None:
    """The row that answered this key before, if any. Raises KeyReused.

    Also after an erasure: what was asked is gone then, and can't be compared.
    """
    found = prediction_of(retry.caller, retry.key)
    if found is None:
        same_key = {"caller": retry.caller, "idempotency_key": retry.key}
        if Batch.objects.filter(**same_key).exists():
            raise KeyReused("The key stands for a batch.")
        return None
    row = Prediction.objects.get(pk=found.prediction_id)
    if row.payload_salt is None or _digest(retry, row) != found.request_digest:
        raise KeyReused(f"The key stands for prediction {row.pk}.")
    return row


def prediction_of(caller: str, key: str) -> IdempotencyKey | None:
    return IdempotencyKey.objects.filter(caller=caller, key=key).first()


def remember(retry: Retry, row: Prediction) -> None:
    """Inside the row's own transaction. Raises AnsweredMeanwhile."""
    try:
        IdempotencyKey.objects.create(
            caller=retry.caller,
            key=retry.key,
            prediction_id=row.pk,
            request_digest=_digest(retry, row),
        )
    except IntegrityError:
        raise AnsweredMeanwhile("The same key was answered first.") from None


def forget(older_than: timedelta = KEPT) -> int:
    """Drop keys of that age and older; return how many. The rows of the log stay."""
    before = timezone.now() - max(older_than, KEPT)
    count, _ = IdempotencyKey.objects.filter(created_at__lt=before).delete()
    batches = Batch.objects.filter(created_at__lt=before).exclude(idempotency_key="")
    return count + batches.update(idempotency_key="", request_digest="")


def _digest(retry: Retry, row: Prediction) -> str:
    salt = bytes.fromhex(row.payload_salt or "")
    return hashlib.sha256(salt + canonical(retry.request)).hexdigest()
