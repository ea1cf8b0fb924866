"""Writes down scoring calls that got no score; never what was in them.

For callers we know, a row each. For others only a counter: a row each would let
anybody fill the disk.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from django.db import Error, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from predictions.models import Refusal, UnknownCallers

logger = logging.getLogger(__name__)

FLUSH_EVERY = 10  # seconds: what a worker that is killed forgets of unknown callers


class RefusalMiddleware:
    """After the request's id is given, so that a refusal can be found by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_on_record = getattr(request, "is_on_record", False)
        if response.status_code >= 400 and not is_on_record and _is_scoring(request):
            _note(request, response)
        return response


def _is_scoring(request: HttpRequest) -> bool:
    match = request.resolver_match
    view = getattr(match.func, "cls", None) if match else None
    if view is None or not view.scores:
        return False
    # At an address that lists batches too, reading is none.
    reads = request.method in ("GET", "HEAD") and "get" in match.func.actions
    return not reads


def _note(request: HttpRequest, response: HttpResponse) -> None:
    route = request.resolver_match.route.rstrip("/")
    key = getattr(request, "valid_key", None)
    try:
        user_name = "" if key else request.user.get_username()
        if key is None and not user_name:
            unknown_callers.add(route, response.status_code)
            return
        Refusal.objects.create(
            route=route,
            status=response.status_code,
            code=getattr(response, "refusal_code", "server_error"),
            key_prefix=key.prefix if key else "",
            key_owner=key.owner if key else "",
            user_name=user_name,
            request_id=request.request_id,
        )
    except Error as error:  # the answer stands; the text log has its line
        logger.error("A refusal is not on record: %s", type(error).__name__)


class Counted:
    """Counts in memory, and adds to the table now and then: a flood costs no writes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, int]] = Counter()
        self._flushed = time.monotonic()

    def add(self, route: str, status: int) -> None:
        with self._lock:
            self._counts[route, status] += 1
            is_due = time.monotonic() - self._flushed >= FLUSH_EVERY
        if is_due:
            self.flush()

    def flush(self) -> None:
        """Add what was counted to the table. Raises Error; then it stays counted."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._flushed = time.monotonic()
        try:
            with transaction.atomic():
                for (route, status), count in counts.items():
                    row, _ = UnknownCallers.objects.get_or_create(
                        day=timezone.localdate(),
                        route=route,
                        status=status,
                        defaults={"count": 0},
                    )
                    UnknownCallers.objects.filter(pk=row.pk).update(
                        count=F("count") + count
                    )
        except Error:
            with self._lock:
                self._counts.update(counts)
            raise


unknown_callers = Counted()
