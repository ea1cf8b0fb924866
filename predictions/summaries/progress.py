"""Who writes figures, when several try: see `SummaryProgress.version`."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from predictions.models import DayToCount, SummaryProgress
from predictions.summaries.logs import Log


def progress_of(name: str) -> SummaryProgress:
    """Read it before what is counted under its version."""
    found, _made = SummaryProgress.objects.get_or_create(
        log=name, defaults={"time_zone": settings.TIME_ZONE}
    )
    return found


def is_first(progress: SummaryProgress, **changes: Any) -> bool:
    """Take the next version, in the transaction that writes what was counted.

    False when somebody wrote since `progress` was read: then nothing may be written.
    """
    mine = SummaryProgress.objects.filter(pk=progress.pk, version=progress.version)
    return mine.update(version=progress.version + 1, **changes) == 1


def start_anew(log: Log) -> None:
    """Forget all figures of a log, and how far it was looked at, at once."""
    with transaction.atomic():
        progress_of(log.name)
        SummaryProgress.objects.filter(pk=log.name).update(
            version=F("version") + 1,
            last_id=0,
            gaps=[],
            time_zone=settings.TIME_ZONE,
            counted_at=None,
        )
        DayToCount.objects.filter(log=log.name).delete()
        log.summary._default_manager.all().delete()
