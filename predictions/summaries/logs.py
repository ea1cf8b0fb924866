"""What is summarised by day: each log with the way to count one day of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, Model, Q, QuerySet
from django.db.models.functions import Floor
from django.utils import timezone

from predictions.models import (
    BINS,
    DaySummary,
    Prediction,
    Refusal,
    RefusalSummary,
)
from predictions.models.log import THIN, ours

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Log:
    """`count` makes the figures of one day's rows, which `summary` keeps."""

    name: str
    rows: type[Model]
    summary: type[Model]
    count: Callable[[date, Rows], Iterable[Model]]

    def every_row(self) -> Rows:
        return self.rows._default_manager.order_by()

    def figures(self, day: date) -> list[Model]:
        low, high = bounds(day)
        rows = self.every_row().filter(created_at__gte=low, created_at__lt=high)
        return list(self.count(day, rows))


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day of TIME_ZONE, and that of the next."""
    zone = timezone.get_default_timezone()
    low, high = (
        datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1))
    )
    return low, high


# As the list counts them: not enough data is no side of the threshold.
ABOVE = Count("pk", filter=Q(prediction=1) & ~THIN)


def _answers(day: date, rows: Rows) -> Iterable[DaySummary]:
    # Another model's answers are joined to ours in no figure and in no chart.
    rows = ours(rows)
    found = rows.values("model_version", bin=Floor(F("proba_depart") * BINS)).annotate(
        count=Count("pk"),
        above=ABOVE,
        lowest=Min("threshold"),
        highest=Max("threshold"),
    )
    by_release: dict[str, list[dict[str, Any]]] = {}
    for part in found:
        by_release.setdefault(part["model_version"], []).append(part)
    for version, parts in by_release.items():
        bins = [0] * BINS
        for part in parts:
            bins[min(int(part["bin"]), BINS - 1)] += part["count"]
        yield DaySummary(
            day=day,
            model_version=version,
            count=sum(bins),
            above=sum(part["above"] for part in parts),
            bins=bins,
            lowest_threshold=min(part["lowest"] for part in parts),
            highest_threshold=max(part["highest"] for part in parts),
        )


def _refusals(day: date, rows: Rows) -> Iterable[RefusalSummary]:
    for part in rows.values("code").annotate(count=Count("pk")):
        yield RefusalSummary(day=day, **part)


PREDICTIONS = Log("predictions", Prediction, DaySummary, _answers)
REFUSALS = Log("refusals", Refusal, RefusalSummary, _refusals)
