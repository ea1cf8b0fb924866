"""Counts the days that rows came to, and no others.

First the days of new rows are noted, in one transaction with how far the log was read;
then each is counted whole, and its figures stand in one transaction with the note's
end. So a run that is killed leaves nothing out: the next one goes on with the notes.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from predictions.models import DayToCount, SummaryProgress
from predictions.proof.gaps import Gap, still_open, within
from predictions.summaries.logs import Log
from predictions.summaries.progress import is_first, progress_of, start_anew

READ_AT_ONCE = 20_000
Found = Sequence[tuple[int, datetime]]
"""The numbers and the times of rows."""


def keep(log: Log) -> int:
    """Bring the figures up to date; return how many days were counted."""
    if progress_of(log.name).time_zone != settings.TIME_ZONE:
        start_anew(log)  # its days are others
    began = timezone.now()
    while note_days(log):
        pass
    counted = 0
    while (day := _next_day(log)) is not None:
        counted += count_day(log, day)
    SummaryProgress.objects.filter(pk=log.name).update(counted_at=began)
    return counted


def note_days(log: Log) -> bool:
    """Note the days of some rows that were not looked at; False when there are none."""
    progress = progress_of(log.name)
    gaps = [Gap(*gap) for gap in progress.gaps]
    late = [row for taken in within(gaps) for row in _read(log, taken)]
    new = _read(log, pk__gt=progress.last_id)
    found = sorted([*late, *new])
    if not found:
        return False
    taken = [number for number, _created in found]
    now = timezone.now()
    changes = {
        "last_id": max(progress.last_id, taken[-1]),
        "gaps": list(still_open(gaps, progress.last_id, taken, now)),
    }
    with transaction.atomic():
        if is_first(progress, **changes):
            notes = [DayToCount(log=log.name, day=day) for day in _days(found)]
            DayToCount.objects.bulk_create(notes, ignore_conflicts=True)
    return True


def _read(log: Log, *condition: object, **named: object) -> Found:
    rows = log.every_row().filter(*condition, **named).order_by("pk")
    return list(rows.values_list("pk", "created_at")[:READ_AT_ONCE])


def _days(found: Found) -> set[date]:
    zone = timezone.get_default_timezone()
    return {created.astimezone(zone).date() for _number, created in found}


def _next_day(log: Log) -> date | None:
    """Newest first: that is what people look at."""
    noted = DayToCount.objects.filter(log=log.name).order_by("-day")
    return noted.values_list("day", flat=True).first()


def count_day(log: Log, day: date) -> bool:
    """False when somebody else wrote meanwhile: the day stays noted, or they did it."""
    progress = progress_of(log.name)
    # Outside the transaction, so that on SQLite nobody who writes waits for it.
    figures = log.figures(day)
    with transaction.atomic():
        if not is_first(progress):
            return False
        log.summary._default_manager.filter(day=day).delete()
        log.summary._default_manager.bulk_create(figures)
        DayToCount.objects.filter(log=log.name, day=day).delete()
    return True
