"""The header `Idempotency-Key` of the scoring calls."""

import re
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api.errors import Refusal
from predictions.idempotency import Retry
from predictions.models import Prediction

HEADER = "Idempotency-Key"
SOUND = re.compile(r"[!-~]{1,255}")  # visible ASCII


def retry_of(request: Request, asked: Any) -> Retry | None:
    """What the header makes of a request for `asked` (JSON); None without one."""
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    # The draft has a quoted string, most clients send it bare: the same key.
    key = sent.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not SOUND.fullmatch(key):
        raise Refusal("bad_idempotency_key", HEADER)
    caller = f"key:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
    return Retry(caller, key, asked)


def mark(response: Response, row: Prediction) -> Response:
    """Tell a client that this is the first answer again."""
    if row.is_repeated:
        response["Idempotent-Replayed"] = "true"
    return response
