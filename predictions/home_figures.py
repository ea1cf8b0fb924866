"""The figures of the home page, read from what `summarise_log` keeps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min, Sum
from django.utils import timezone

from predictions.models import (
    BINS,
    DaySummary,
    DepartmentSummary,
    Prediction,
    RefusalSummary,
    Seal,
    SealCheck,
    Source,
    SummaryProgress,
    UnknownCallers,
)
from predictions.summaries.logs import PREDICTIONS, REFUSALS

WEEKS_SHOWN = 26
DAYS_SHOWN = 90  # where each day has answers enough for a point of its own
ENOUGH = 20  # answers of a day: with fewer, one more or less is five points
MONTH = 30
FEWEST_SHOWN = 10  # people of a department
OLD = timedelta(hours=1)
MOST_WAITING = 10_000  # rows that are counted; the rest is "more"


@dataclass(frozen=True)
class Period:
    """Whole days of TIME_ZONE: from `first` to before `end`."""

    first: date
    end: date

    @classmethod
    def of_last(cls, days: int, today: date) -> "Period":
        return cls(today - timedelta(days=days - 1), today + timedelta(days=1))

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.end


@dataclass(frozen=True)
class Point:
    """The answers of a period that one release gave with the same thresholds."""

    period: Period
    model_version: str
    lowest: float
    highest: float
    count: int
    above: int

    @property
    def share(self) -> float:
        return self.above / self.count

    @property
    def measure(self) -> tuple[str, float, float]:
        return self.model_version, self.lowest, self.highest


def counted_at() -> datetime | None:
    """As of when the figures are; None where a log was never counted to its end."""
    names = (PREDICTIONS.name, REFUSALS.name)
    found = SummaryProgress.objects.filter(pk__in=names)
    times = list(found.values_list("counted_at", flat=True))
    return None if len(times) < len(names) or None in times else min(times)


def recent_days(today: date) -> list[DaySummary]:
    """What the sums and the charts are made of, oldest first."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS_SHOWN - 1)
    found = DaySummary.objects.filter(day__gte=first, day__lte=today)
    return list(found.order_by("day", "model_version"))


def within(days: Iterable[DaySummary], period: Period) -> list[DaySummary]:
    return [row for row in days if row.day in period]


def points(days: Sequence[DaySummary], today: date) -> list[list[Point]]:
    """By day or, where a day has few answers, by week; those of one period together."""
    near = within(days, Period.of_last(DAYS_SHOWN, today))
    by_day: dict[date, int] = {}
    for row in near:
        by_day[row.day] = by_day.get(row.day, 0) + row.count
    is_daily = bool(by_day) and min(by_day.values()) >= ENOUGH
    found: dict[Period, dict[str, list[DaySummary]]] = {}
    for row in near if is_daily else days:
        releases = found.setdefault(_period(row.day, is_daily), {})
        releases.setdefault(row.model_version, []).append(row)
    return [
        [_point(period, rows) for rows in releases.values()]
        for period, releases in found.items()
    ]


def _period(day: date, is_daily: bool) -> Period:
    if is_daily:
        return Period(day, day + timedelta(days=1))
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=7))


def _point(period: Period, rows: Sequence[DaySummary]) -> Point:
    return Point(
        period,
        rows[0].model_version,
        min(row.lowest_threshold for row in rows),
        max(row.highest_threshold for row in rows),
        sum(row.count for row in rows),
        sum(row.above for row in rows),
    )


def bins_of(rows: Iterable[DaySummary]) -> list[int]:
    found = [0] * BINS
    for row in rows:
        found = [a + b for a, b in zip(found, row.bins, strict=True)]
    return found


def by_release() -> list[dict[str, Any]]:
    """All answers of each release, the one used last first."""
    found = DaySummary.objects.values("model_version").annotate(
        answers=Sum("count"), flagged=Sum("above"), first=Min("day"), last=Max("day")
    )
    return list(found.order_by("-last", "model_version"))


@dataclass(frozen=True)
class Department:
    name: str
    people: int
    above: int
    mean: float

    @property
    def share(self) -> float:
        return self.above / self.people


def departments() -> tuple[list[Department], int]:
    """Those that may be shown, by name, and how many are not.

    The hidden ones are at least two and have together as many people as one must have:
    else what is left of a total would be one of them, or a handful of people.
    """
    found = sorted(_departments(), key=lambda one: one.people)
    hidden = [one for one in found if one.people < FEWEST_SHOWN]
    while hidden and len(hidden) < len(found) and _can_be_told(hidden):
        hidden.append(found[len(hidden)])
    shown = sorted(found[len(hidden) :], key=lambda one: one.name.casefold())
    return shown, len(hidden)


def _can_be_told(hidden: Sequence[Department]) -> bool:
    return len(hidden) < 2 or sum(one.people for one in hidden) < FEWEST_SHOWN


def _departments() -> Iterator[Department]:
    found = DepartmentSummary.objects.values("department").annotate(
        everybody=Sum("people"),
        flagged=Sum("above"),
        total=Sum(F("mean_probability") * F("people")),
    )
    for row in found.order_by():
        people = row["everybody"]
        mean = row["total"] / people
        yield Department(row["department"], people, row["flagged"], mean)


def refusals(period: Period) -> list[dict[str, Any]]:
    """By reason, the most frequent first."""
    days = RefusalSummary.objects.filter(day__gte=period.first, day__lt=period.end)
    found = days.values("code").annotate(calls=Sum("count"))
    return list(found.order_by("-calls", "code"))


def unknown_callers(period: Period) -> int:
    """Calls without a valid key; their table is a summary itself."""
    days = UnknownCallers.objects.filter(day__gte=period.first, day__lt=period.end)
    return days.aggregate(calls=Sum("count"))["calls"] or 0


def newest_seal() -> SealCheck | None:
    """As it was verified last, with when it was made."""
    check = SealCheck.objects.first()
    if check is not None:
        made = Seal.objects.filter(pk=check.seal).values_list("created_at", flat=True)
        check.made_at = made.first()
    return check


def waiting() -> int:
    """Rows beyond the newest seal; one more than `MOST_WAITING` stands for more."""
    newest = Seal.objects.order_by("-number").values_list("last_id", flat=True)
    rows = Prediction.objects.filter(pk__gt=newest.first() or 0).order_by()
    return rows[: MOST_WAITING + 1].count()


def has_copies() -> bool:
    """Whether the log holds answers of the proof of concept, which are counted here
    nowhere."""
    return Prediction.objects.filter(source=Source.IMPORTED).order_by().exists()


def is_old(moment: datetime) -> bool:
    return timezone.now() - moment > OLD
