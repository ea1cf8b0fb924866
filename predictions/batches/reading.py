"""How far a batch is, and what it answered, read from the log."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import chain, islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Sum

from predictions.batches import refused
from predictions.batches.refused import RefusedRow
from predictions.models import Batch, BatchChunk, Prediction

AT_ONCE = 1_000  # rows fetched together


class Progress(NamedTuple):
    """Rows by what became of them; `rate` is answered rows a second, None at first."""

    scored: int
    refused: int
    left: int
    rate: float | None
    last: datetime | None
    """When rows were answered last."""

    @property
    def done(self) -> int:
        return self.scored + self.refused


def progress(batch: Batch) -> Progress:
    return progress_of([batch])[batch.pk]


def progress_of(batches: Sequence[Batch]) -> dict[UUID, Progress]:
    """Of each batch, in one query."""
    counted = (
        BatchChunk.objects.filter(batch__in=batches)
        .order_by()
        .values("batch_id")
        .annotate(
            scored_rows=Sum("scored"),
            refused_rows=Sum("refused"),
            last=Max("done_at"),
        )
    )
    found = {counts["batch_id"]: counts for counts in counted}
    return {batch.pk: _progress(batch, found.get(batch.pk)) for batch in batches}


def _progress(batch: Batch, counts: Mapping[str, Any] | None) -> Progress:
    if counts is None:  # of nobody
        return Progress(0, 0, 0, None, None)
    done = counts["scored_rows"] + counts["refused_rows"]
    return Progress(
        scored=counts["scored_rows"],
        refused=counts["refused_rows"],
        left=batch.row_count - done,
        rate=_rate(done, batch.started_at, counts["last"]),
        last=counts["last"],
    )


def _rate(done: int, start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None or end <= start:
        return None
    return done / (end - start).total_seconds()


def answers(batch: Batch) -> Iterator[Prediction | RefusedRow]:
    """What was answered so far in the order of the rows, a few at a time in memory."""
    both: list[Iterator[Prediction | RefusedRow]] = [rows(batch), refusals(batch)]
    yield from merge(*both, key=row_of)


def rows(batch: Batch) -> Iterator[Prediction]:
    """The rows of the log, a few at a time in memory."""
    # By key: to be read bit by bit, one large query would be copied whole first.
    for first in range(0, batch.row_count, AT_ONCE):
        within = {"batch_row__gte": first, "batch_row__lt": first + AT_ONCE}
        yield from Prediction.objects.filter(batch_id=batch.pk, **within).order_by(
            "batch_row"
        )


def refusals(batch: Batch) -> Iterator[RefusedRow]:
    """Those without a score, in the order of the rows."""
    chunks = batch.chunks.filter(refused__gt=0).order_by("number")
    for found in chunks.values_list("refusals", flat=True).iterator(1):
        yield from map(refused.read, found)


def refusals_between(batch: Batch, first: int, end: int) -> list[RefusedRow]:
    """Some of those without a score, counted from 0; no other chunks are read."""
    passed = skipped = 0
    wanted = []
    chunks = batch.chunks.filter(refused__gt=0).order_by("number")
    for number, count in chunks.values_list("number", "refused"):
        if passed + count <= first:
            skipped += count
        elif passed < end:
            wanted.append(number)
        passed += count
    found = chunks.filter(number__in=wanted).values_list("refusals", flat=True)
    some = islice(chain.from_iterable(found), first - skipped, end - skipped)
    return [refused.read(kept) for kept in some]


def row_of(answer: Prediction | RefusedRow) -> int:
    """Its place in the batch, from 0."""
    if isinstance(answer, RefusedRow):
        return answer.row
    assert answer.batch_row is not None
    return answer.batch_row
