"""The clock of the invented weeks: pictures taken on any day show the same dates."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timesince, timezone

PARIS = ZoneInfo("Europe/Paris")
FIRST_DAY = datetime(2026, 4, 6, 8, 0, tzinfo=PARIS)
TODAY = datetime(2026, 6, 26, 10, 0, tzinfo=PARIS)

_ahead = timedelta(0)
_since = timesince.timesince  # the one that does not ask `timezone` for the time


def now() -> datetime:
    return datetime.now(UTC) + _ahead


def since_now(moment: datetime, now_: datetime | None = None, **how: object) -> str:
    return _since(moment, now_ or now(), **how)


def turn_to(moment: datetime) -> None:
    """It goes on from there.

    The first time before any model is imported: a field keeps the clock it finds.
    """
    global _ahead
    _ahead = moment - datetime.now(UTC)
    timezone.now = now
    timesince.timesince = since_now
