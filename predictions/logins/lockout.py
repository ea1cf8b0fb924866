"""Too many wrong passwords: django-axes counts them, in the database, for all workers.

Two limits: for a user from one address, and a looser one for a user from everywhere,
because whoever can lock a user out from afar keeps them from working.
"""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone


class LockedOut(PermissionDenied):
    """Nobody logs in under this name for now, whether it exists or not."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"for {seconds} seconds")
        self.seconds = seconds


class LockoutHandler(AxesDatabaseHandler):
    """Axes has one limit for all that it counts by."""

    def get_failures(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """As AXES_FAILURE_LIMIT counts them; from everywhere, more are let pass."""
        here, everywhere = (
            attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        let_pass = settings.LOGIN_FAILURES_PER_USER - settings.AXES_FAILURE_LIMIT
        return max(here, everywhere - let_pass)

    def reset_user_attempts(
        self, request: HttpRequest, credentials: dict[str, Any] | None = None
    ) -> int:
        """After a login: from this address only. Others go on guessing, and count."""
        count, _ = self.filter_user_attempts(request, credentials)[0].delete()
        return count


def recent(**about: Any) -> "QuerySet[AccessAttempt]":
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    return AccessAttempt.objects.filter(attempt_time__gte=since, **about)


def seconds_left(request: HttpRequest) -> int:
    """Until the newest failure that locks out is forgotten: by then at the latest."""
    name = get_client_username(request, request.axes_credentials)
    attempts = recent(username=name)
    here = attempts.filter(ip_address=request.axes_ip_address)
    counted = {"sum": Sum("failures_since_start"), "newest": Max("attempt_time")}
    found = here.aggregate(**counted)
    if (found["sum"] or 0) < settings.AXES_FAILURE_LIMIT:
        found = attempts.aggregate(**counted)
    newest = found["newest"] or timezone.now()
    left = newest + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(1, math.ceil(left.total_seconds()))


def locked_until(names: Iterable[str]) -> dict[str, datetime]:
    """Of these users those who are locked out from somewhere, and until when."""
    attempts = recent(username__in=list(names)).order_by()
    sums = {"failures": Sum("failures_since_start"), "newest": Max("attempt_time")}
    by_address = attempts.values("username", "ip_address").annotate(**sums)
    everywhere = attempts.values("username").annotate(**sums)
    locked = [
        *by_address.filter(failures__gte=settings.AXES_FAILURE_LIMIT),
        *everywhere.filter(failures__gte=settings.LOGIN_FAILURES_PER_USER),
    ]
    until: dict[str, datetime] = {}
    for found in locked:
        name, end = found["username"], found["newest"] + settings.AXES_COOLOFF_TIME
        until[name] = max(end, until.get(name, end))
    return until


def forget_failures(name: str, address: str | None = None) -> int:
    """Let a user try again, from one address or from all; how many failures it was."""
    attempts = AccessAttempt.objects.filter(username=name)
    if address is not None:
        attempts = attempts.filter(ip_address=address)
    failures = attempts.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
    attempts.delete()
    return failures
