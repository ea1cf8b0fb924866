"""Batches as somebody asked for them, worked on as far as a test says."""

from collections.abc import Iterable

from predictions.batches import making, working
from predictions.batches.making import Asker
from predictions.models import Batch, Source
from predictions.services import Caller
from tests.factories import EmployeeFactory

ASKER = Asker(
    Caller(Source.BATCH, key_prefix="abcdefgh", key_owner="HR analytics"), "key:1"
)


def employees(count: int, **fields) -> list[int]:
    """Stored people, 1 to `count`."""
    return [EmployeeFactory(pk=pk, **fields).pk for pk in range(1, count + 1)]


def make_batch(ids: Iterable[int], chunks: int | None = None) -> Batch:
    """A batch of which so many chunks are done, all if unsaid."""
    batch = making.of_employees(ids, ASKER)
    work(batch, chunks)
    return batch


def work(batch: Batch, chunks: int | None = None) -> None:
    while chunks is None or chunks:
        chunks = chunks and chunks - 1
        if working.work_on(batch) is None:
            break
    batch.refresh_from_db()
