"""Works on batches in a command: a bar, and a sentence for whatever ends it early."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from tqdm import tqdm

from predictions.batches import making, reading, working
from predictions.batches.making import Asker
from predictions.management.arguments import operator
from predictions.models import Batch, BatchState, Source
from predictions.services import Caller, LogUnavailable

LOOK_EVERY = 0.2  # seconds: whether the others are through with their chunks
INTERRUPTED = 130  # a shell's exit code for Ctrl-C


def asker(request: dict[str, Any]) -> Asker:
    """Whoever runs the command; the same request is one batch until that is done."""
    return Asker(Caller(Source.COMMAND, user_name=operator()), "command", "", request)


def unfinished(who: Asker) -> Batch | None:
    """What an earlier run of the same command has left."""
    left = Batch.objects.open().filter(
        caller=who.name, request_digest=making.digest(who.request)
    )
    return left.order_by("-created_at").first()


def finish(batch: Batch) -> None:
    """Work until every row of it is answered, by this process or another.

    Raises CommandError for Ctrl-C, a log that can't be written and a batch that failed
    or was cancelled, each with what to do.
    """
    bar = tqdm(
        total=batch.row_count,
        initial=reading.progress(batch).done,
        desc=_("scoring"),
        unit="",
        disable=None,
        leave=False,
    )
    try:
        with bar:
            _work(batch, bar)
    except LogUnavailable as error:
        raise CommandError(f"{error} {_left(batch)}") from error
    except KeyboardInterrupt:
        raise CommandError(_left(batch), returncode=INTERRUPTED) from None
    if batch.state == BatchState.FAILED:
        raise CommandError(batch.problem)
    if batch.state == BatchState.CANCELLED:
        raise CommandError(
            _("The batch was cancelled: %(scored)s of %(rows)s are logged.")
            % {"scored": reading.progress(batch).scored, "rows": batch.row_count}
        )


def _work(batch: Batch, bar: Any) -> None:
    while batch.is_open:
        chunk = working.work_on(batch)
        if chunk is not None:
            bar.update(chunk.row_count)
            working.let_others_write()
            continue
        working.finish(batch)
        batch.refresh_from_db()
        if batch.is_open:
            time.sleep(LOOK_EVERY)


def _left(batch: Batch) -> str:
    return _("Batch %(id)s is not finished: run the same command again to go on.") % {
        "id": batch.pk
    }


def going_on(batch: Batch) -> str:
    found = reading.progress(batch)
    return _(
        "Going on with batch %(id)s of %(when)s, release %(version)s: %(done)s of "
        "%(rows)s are done. --restart begins anew."
    ) % {
        "id": batch.pk,
        "when": date_format(localtime(batch.created_at), "SHORT_DATETIME_FORMAT"),
        "version": batch.model_version,
        "done": found.done,
        "rows": batch.row_count,
    }


def others(who: Asker) -> QuerySet[Batch]:
    """What earlier runs of another kind, or of another file, have left."""
    left = Batch.objects.open().filter(caller=who.name)
    return left.exclude(request_digest=making.digest(who.request)).order_by(
        "created_at"
    )


def still_open(batch: Batch) -> str:
    """Else `run_batches` would put the answers of then over those of now."""
    found = reading.progress(batch)
    return _(
        "Batch %(id)s of an earlier run is not finished (%(done)s of %(rows)s): "
        "run_batches will finish it, --restart gives it up."
    ) % {"id": batch.pk, "done": found.done, "rows": batch.row_count}


def give_up_all(who: Asker) -> None:
    """What is logged of them stays logged."""
    for batch in Batch.objects.open().filter(caller=who.name):
        working.cancel(batch, who.caller)


def summary(batch: Batch) -> str:
    """How many, and how fast."""
    found = reading.progress(batch)
    return _(
        "%(scored)s scored and logged, %(refused)s refused (%(rate)s a second)."
    ) % {
        "scored": found.scored,
        "refused": found.refused,
        "rate": "–" if found.rate is None else round(found.rate),
    }


def check_output(output: Path, *, overwrite: bool) -> None:
    """Refuse early what could not be written at the end. Raises CommandError."""
    if output.exists() and not overwrite:
        raise CommandError(
            _("%(file)s exists; pass --overwrite to replace it.") % {"file": output}
        )
    if not output.parent.is_dir():
        raise CommandError(_("There is no folder %(file)s.") % {"file": output.parent})
