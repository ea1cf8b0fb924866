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

from predictions.monitoring import counters

logger = logging.getLogger("technova.requests")

LINE = (
    "%(method)s %(route)s %(status)s key=%(key)s %(duration_ms).1fms id=%(request_id)s"
)
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
        method = request.method if request.method in KNOWN_METHODS else "?"
        match = request.resolver_match
        route = match.route if match else counters.NO_ROUTE
        seconds = time.perf_counter() - started
        logger.info(
            LINE,
            {
                "method": method,
                "route": route,
                "status": response.status_code,
                "key": getattr(request, "key_prefix", "-"),
                "duration_ms": round(seconds * 1000, 3),
                "request_id": request.request_id,
            },
        )
        counters.count_request(method, route, response.status_code, seconds)
        if (code := getattr(response, "refusal_code", None)) is not None:
            counters.refusals.labels(code).inc()
        return response


@receiver(got_request_exception)
def note_exception(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """What became a 500, wherever it was raised: the kind and the frames.

    An exception's own text can hold values, and stays out.
    """
    kind, _, trace = sys.exc_info()
    frames = "".join(traceback.format_tb(trace))
    name = kind.__name__ if kind else "?"
    logger.error(
        "%(exception)s id=%(request_id)s\n%(frames)s",
        {
            "exception": name,
            "request_id": getattr(request, "request_id", "-"),
            "frames": frames,
        },
    )


KNOWN_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
