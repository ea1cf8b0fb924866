"""Numbers that were skipped: the rows that take them after all commit late.

A database gives a row its number before it commits. Whoever reads a log by growing
numbers keeps the gaps, and looks into them again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from predictions.proof.digests import moment

GAPS_AT_ONCE = 100
GAP_LASTS = timedelta(hours=24)
"""How long a number that was skipped is waited for; most were rolled back. A row that
commits later than that is in no seal, and `verify_log` says so."""


class Gap(NamedTuple):
    """Numbers from `low` to `high` that no row had when `seen` (ISO 8601, UTC)."""

    low: int
    high: int
    seen: str


def within(gaps: Sequence[Gap]) -> Iterator[Q]:
    """Conditions that together find the rows with numbers in the gaps."""
    for start in range(0, len(gaps), GAPS_AT_ONCE):
        taken = Q()
        for gap in gaps[start : start + GAPS_AT_ONCE]:
            taken |= Q(pk__range=(gap.low, gap.high))
        yield taken


def still_open(
    gaps: Sequence[Gap], last_id: int, taken: Sequence[int], now: datetime
) -> Iterator[Gap]:
    """The numbers up to the highest of `taken` (ascending) that still have no row."""
    awaited_since = moment(now - GAP_LASTS)
    new = Gap(last_id + 1, max([last_id, *taken[-1:]]), moment(now))
    for gap in [*(gap for gap in gaps if gap.seen > awaited_since), new]:
        low = gap.low
        for number in taken[bisect_left(taken, low) : bisect_right(taken, gap.high)]:
            if low < number:
                yield Gap(low, number - 1, gap.seen)
            low = number + 1
        if low <= gap.high:
            yield Gap(low, gap.high, gap.seen)
