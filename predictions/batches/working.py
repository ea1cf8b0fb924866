"""Works through batches: chunk after chunk, each in one transaction.

Any number of processes may work on one batch. A chunk is locked while it is scored:
who dies lets it go, untouched, and the next who comes takes it. So nobody is scored
twice and nobody is lost, however often a broker delivers.
"""

import logging
import time
import traceback
from collections.abc import Mapping
from operator import itemgetter
from typing import NamedTuple

from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import (
    AttritionError,
    InvalidFeatures,
    ReleaseRejected,
    ReleaseReplaced,
)
from attrition.releases import Release
from predictions.batches.people import People, Unanswerable, unpack
from predictions.batches.refused import kept
from predictions.database.bulk_insert import Columns, ReadyRows
from predictions.models import Batch, BatchChunk, BatchKind, BatchState, Source
from predictions.models.batches import OPEN_STATES
from predictions.monitoring import counters
from predictions.services import (
    Caller,
    LogUnavailable,
    ready_rows,
    score_records,
    write_within,
)

logger = logging.getLogger(__name__)

OTHERS_WRITE = 0.1  # seconds


def work_on(batch: Batch) -> BatchChunk | None:
    """Score one chunk; None when there is none that nobody else is at.

    Raises LogUnavailable while the database is away: then the chunk is as it was.
    Whatever else goes wrong ends the batch as failed: it would go wrong again.
    """
    try:
        _mark_started(batch)
        return _work_on(batch)
    except (OperationalError, InterfaceError) as error:
        counters.log_failures.inc()
        # The database's own text can hold the row, so only its kind goes on.
        logger.error("Batch %s stopped: %s", batch.pk, type(error).__name__)
        raise LogUnavailable(_("The log could not be written.")) from None
    except ReleaseRejected as error:
        logger.error("Batch %s failed: %s", batch.pk, error)
        problem = str(error)
    except Exception as error:
        frames = "".join(traceback.format_tb(error.__traceback__))
        problem = type(error).__name__
        logger.error("Batch %s failed: %s\n%s", batch.pk, problem, frames)
    try:
        _end(batch, BatchState.FAILED, problem=problem)
    except Error:
        raise LogUnavailable(_("The log could not be written.")) from None
    return None


def _work_on(batch: Batch) -> BatchChunk | None:
    release = release_of(batch)
    with transaction.atomic(durable=True):
        if (chunk := _claim(batch)) is not None:
            packed = bytes(chunk.people or b"")
            # Who was archived since is no longer among all.
            active_only = batch.kind == BatchKind.ALL
            people = unpack(packed, chunk.first_row, active_only=active_only)
            write(chunk, score(chunk, release, people))
    finish(batch)
    return chunk


def let_others_write() -> None:
    """Between two chunks, where the database has one lock for all who write.

    Who waits for SQLite's looks again ten times a second, and would find it taken for a
    thousand rows each time.
    """
    if connection.vendor == "sqlite":
        time.sleep(OTHERS_WRITE)


def release_of(batch: Batch) -> Release:
    """The release that the batch began with. Raises ReleaseRejected."""
    release = releases.load(batch.model_version)
    if release.artifact_sha256 != batch.artifact_sha256:
        raise ReleaseReplaced(
            _(
                "Release %(version)s is not the one that this batch began with: its "
                "model card has another SHA-256. Put the folder back as it was."
            )
            % {"version": release.version}
        )
    return release


class BatchRefused(AttritionError):
    """Somebody can't be scored, so nobody was: every problem, with its record."""

    def __init__(self, refused: Mapping[int, Unanswerable]) -> None:
        super().__init__(f"{len(refused)} records")
        self.problems = [
            problem.of_record(row)
            for row, who in sorted(refused.items())
            for problem in who.problems
        ]


class Answers(NamedTuple):
    """A chunk's, which nobody has written yet; `refused` is by row of the batch."""

    rows: ReadyRows
    refused: dict[int, Unanswerable]


def score(
    chunk: BatchChunk, release: Release, people: People, *, skip: bool = True
) -> Answers:
    """Answer a chunk's rows. Without `skip` raises BatchRefused when anybody can't be
    scored."""
    invalid: dict[int, InvalidFeatures] = {}
    scored = score_records(release, people.records, invalid)
    refused = dict(people.refused)
    for index, error in invalid.items():
        record = people.records[index]
        assert record.batch_row is not None
        refused[record.batch_row] = Unanswerable(
            record.employee_id, list(error.problems), people.lines[index]
        )
    if refused and not skip:
        raise BatchRefused(refused)
    return Answers(ready_rows(release, scored, caller_of(chunk.batch)), refused)


def write(chunk: BatchChunk, answers: Answers) -> list[Columns]:
    """Record the answers, within the caller's transaction."""
    rows = write_within(answers.rows, caller_of(chunk.batch))
    chunk.people = None
    chunk.done_at = timezone.now()
    chunk.scored = len(rows)
    # Of a file's lines some were refused when it was read.
    chunk.refusals += [kept(row, *who) for row, who in answers.refused.items()]
    chunk.refusals.sort(key=itemgetter("row"))
    chunk.refused = len(chunk.refusals)
    chunk.save()
    return rows


def caller_of(batch: Batch) -> Caller:
    """Who asked for the batch, as each of its rows says."""
    return Caller(
        source=Source(batch.source),
        key_prefix=batch.key_prefix,
        key_owner=batch.key_owner,
        user_name=batch.user_name,
        request_id=batch.request_id,
        batch_id=batch.pk,
    )


def cancel(batch: Batch, by: Caller) -> bool:
    """Score no more of it; whether there was something left to do.

    What is logged stays logged. A chunk that is being scored is still finished. The
    records of a file that are not scored are forgotten.
    """
    return _end(batch, BatchState.CANCELLED, cancelled_by=by.name)


def finish(batch: Batch) -> None:
    """Call it done, if nothing of it is left to do, nor being done."""
    if not batch.chunks.filter(done_at=None).exists():
        _end(batch, BatchState.DONE)


def _mark_started(batch: Batch) -> None:
    """Apart from the first chunk: another process would wait for that one's end."""
    if batch.state == BatchState.QUEUED:
        now = timezone.now()
        waiting = Batch.objects.filter(pk=batch.pk, state=BatchState.QUEUED)
        waiting.update(state=BatchState.RUNNING, started_at=now)
        batch.state = BatchState.RUNNING


def _claim(batch: Batch) -> BatchChunk | None:
    """The first chunk to do that no other process has locked, locked by this one."""
    to_do = BatchChunk.objects.filter(
        batch_id=batch.pk, batch__state__in=OPEN_STATES, done_at=None
    ).exclude(people=None)  # cancelled since this looked
    return (
        to_do.select_related("batch")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("number")
        .first()
    )


@transaction.atomic
def _end(batch: Batch, state: BatchState, **said: str) -> bool:
    """Whether it was open; whom nobody will score is forgotten in the same breath."""
    now = timezone.now()
    ended = Batch.objects.open().filter(pk=batch.pk)
    if not ended.update(state=state, finished_at=now, **said):
        return False
    batch.chunks.filter(done_at=None).update(people=None)
    return True
