"""The header `Idempotency-Key` of the scoring calls."""

import re
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api.errors import Refusal
from predictions.idempotency import Retry
from predictions.models import Batch, Prediction

HEADER = "Idempotency-Key"
SOUND = re.compile(r"[!-~]{1,255}")  # visible ASCII


def retry_of(request: Request, asked: Any) -> Retry | None:
    """What the header makes of a request for `asked` (JSON); None without one."""
    key = sent_key(request)
    return Retry(caller_name(request), key, asked) if key else None


def sent_key(request: Request) -> str:
    """The key in the header, empty without one. Raises Refusal."""
    sent = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if sent is None:
        return ""
    # The draft has a quoted string, most clients send it bare: the same key.
    key = sent.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not SOUND.fullmatch(key):
        raise Refusal("bad_idempotency_key", HEADER)
    return key


def caller_name(request: Request) -> str:
    """Whose keys they are: two callers may choose the same."""
    return f"key:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"


def mark(response: Response, answered: Prediction | Batch) -> Response:
    """Tell a client that this is the first answer again."""
    if answered.is_repeated:
        response["Idempotent-Replayed"] = "true"
    return response
