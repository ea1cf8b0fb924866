from predictions.models.access import (
    Access,
    AccessedEmployee,
    AccessErasure,
    Action,
    Purpose,
)
from predictions.models.append_only import AppendOnly, AppendOnlyError
from predictions.models.batches import Batch, BatchChunk, BatchKind, BatchState
from predictions.models.events import Erasure, Replay
from predictions.models.idempotency import IdempotencyKey
from predictions.models.keys import ApiKey, KeyState, Scope
from predictions.models.log import Prediction, Source
from predictions.models.refusals import Refusal, UnknownCallers
from predictions.models.roles import RuntimeRole
from predictions.models.seals import NO_SEAL, Seal, SealedPrediction

__all__ = [
    "NO_SEAL",
    "Access",
    "AccessErasure",
    "AccessedEmployee",
    "Action",
    "ApiKey",
    "AppendOnly",
    "AppendOnlyError",
    "Batch",
    "BatchChunk",
    "BatchKind",
    "BatchState",
    "Erasure",
    "IdempotencyKey",
    "KeyState",
    "Prediction",
    "Purpose",
    "Refusal",
    "Replay",
    "RuntimeRole",
    "Scope",
    "Seal",
    "SealedPrediction",
    "Source",
    "UnknownCallers",
]
