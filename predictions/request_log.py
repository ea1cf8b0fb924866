"""One line a request in the text log, and an id that follows it.

The line holds the route's template, never the path (paths hold ids), no payload, no
probability and no secret.
"""

import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("technova.requests")

ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestLogMiddleware:
    """Gives each request an id (the client's `X-Request-ID` where it is sound)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = sent if ACCEPTED_ID.fullmatch(sent) else uuid.uuid4().hex
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        logger.info(
            "%s %s %s key=%s %.1fms id=%s",
            request.method if request.method in KNOWN_METHODS else "?",
            request.resolver_match.route if request.resolver_match else "(no route)",
            response.status_code,
            getattr(request, "key_prefix", "-"),
            (time.perf_counter() - started) * 1000,
            request.request_id,
        )
        return response


@receiver(got_request_exception)
def note_exception(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """What became a 500, wherever it was raised: the kind and the frames.

    An exception's own text can hold values, and stays out.
    """
    kind, _, trace = sys.exc_info()
    frames = "".join(traceback.format_tb(trace))
    name = kind.__name__ if kind else "?"
    logger.error("%s id=%s\n%s", name, getattr(request, "request_id", "-"), frames)


KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
