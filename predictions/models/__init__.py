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
from predictions.models.recoveries import LoginRecovery, Remedy
from predictions.models.refusals import Refusal, UnknownCallers
from predictions.models.roles import RuntimeRole
from predictions.models.seals import NO_SEAL, Seal, SealedPrediction
from predictions.models.summaries import (
    BINS,
    DaySummary,
    DayToCount,
    DepartmentSummary,
    LogCheck,
    RefusalSummary,
    SealCheck,
    SummaryProgress,
)

__all__ = [
    "BINS",
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
    "DaySummary",
    "DayToCount",
    "DepartmentSummary",
    "Erasure",
    "IdempotencyKey",
    "KeyState",
    "LogCheck",
    "LoginRecovery",
    "Prediction",
    "Purpose",
    "Refusal",
    "RefusalSummary",
    "Remedy",
    "Replay",
    "RuntimeRole",
    "Scope",
    "Seal",
    "SealCheck",
    "SealedPrediction",
    "Source",
    "SummaryProgress",
    "UnknownCallers",
]
