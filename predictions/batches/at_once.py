"""A batch that is answered while the caller waits: one transaction, one chunk."""

from typing import NamedTuple

from django.db import Error, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attrition import releases
from predictions.batches import making, reading, refused, working
from predictions.batches.making import Asker
from predictions.batches.people import People
from predictions.batches.refused import RefusedRow
from predictions.models import Batch, BatchChunk, BatchKind, BatchState, Prediction
from predictions.services import LogUnavailable, explain

MOST_ROWS = 5_000


class Answered(NamedTuple):
    """What became of each record, in their order."""

    batch: Batch
    rows: list[Prediction]
    refused: list[RefusedRow]


def answer(
    people: People, asker: Asker, *, skip: bool = False, explained: bool = False
) -> Answered:
    """Score everybody, all or none; with `skip`, whoever can be scored.

    The rows are committed before anything is returned. Under an idempotency key that
    has answered the same request, that answer again.

    Raises BatchRefused, KeyReused, ReleaseRejected or LogUnavailable; then no row was
    written.
    """
    if first := answered_before(asker, explained=explained):
        return first
    release = releases.current()
    batch = making.new_batch(BatchKind.RECORDS, asker, release)
    batch.state = BatchState.DONE
    batch.row_count = len(people.records) + len(people.refused)
    batch.started_at = timezone.now()
    chunk = BatchChunk(batch=batch, number=0, first_row=0, row_count=batch.row_count)
    answers = working.score(chunk, release, people, skip=skip)
    try:
        with transaction.atomic(durable=True):
            batch.save(force_insert=True)
            found = working.write(chunk, answers)
            batch.finished_at = timezone.now()
            batch.save(update_fields=["finished_at"])
    except IntegrityError:
        # The same key was answered by another process meanwhile.
        if first := answered_before(asker, explained=explained):
            return first
        working.logger.error("A batch was not written: IntegrityError")
        raise LogUnavailable(_("The log could not be written.")) from None
    except Error as error:
        working.logger.error("A batch was not written: %s", type(error).__name__)
        raise LogUnavailable(_("The log could not be written.")) from None
    rows = [Prediction(**columns) for columns in found]
    # Not from the database: it could be away, and it has committed.
    left_out = [refused.read(refusal) for refusal in chunk.refusals]
    return Answered(batch, _explained(rows, explained), left_out)


def answered_before(asker: Asker, *, explained: bool = False) -> Answered | None:
    """The answer that the caller's idempotency key had; None for a new one.

    Raises KeyReused.
    """
    batch = making.asked_before(asker)
    if batch is None:
        return None
    rows = _explained(list(reading.rows(batch)), explained)
    return Answered(batch, rows, list(reading.refusals(batch)))


def _explained(rows: list[Prediction], wanted: bool) -> list[Prediction]:
    if wanted:
        for row in rows:
            if row.input_payload is not None:  # else it was erased
                row.explanation = explain(row)
    return rows
