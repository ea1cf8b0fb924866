"""Makes batches: who is to be scored is written down before anybody is."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from attrition import releases
from attrition.errors import AttritionError
from attrition.models import Employee
from attrition.releases import Release
from predictions.batches.people import Asked, pack_ids, pack_records
from predictions.models import Batch, BatchChunk, BatchKind, Prediction
from predictions.proof.canonical import canonical
from predictions.services import Caller

CHUNK = 1_000  # rows that are answered in one transaction
MOST_ROWS = 1_000_000  # of a file
STORED_AT_ONCE = 16  # chunks: a file's records must not gather in memory

Item = TypeVar("Item")


class KeyReused(AttritionError):
    """The idempotency key stands for another request."""


class Asker(NamedTuple):
    """Who asks, and, for a request that may be a retry, under which key for what."""

    caller: Caller
    name: str
    """As `predictions.idempotency.Retry.caller` has it."""
    idempotency_key: str = ""
    request: Any = None


class TooManyRows(AttritionError):
    """More people than one batch takes."""


def changed_employees(release: Release) -> QuerySet[Employee]:
    """The active people whose last answer is not what `release` would answer now.

    That is: nobody has asked, or their features, the release or the threshold is
    another one.
    """
    last = Prediction.objects.filter(employee_id=OuterRef("pk")).order_by(
        "-created_at", "-pk"
    )
    same = Prediction.objects.filter(
        pk=OuterRef("last"),
        input_payload=OuterRef("features"),
        artifact_sha256=release.artifact_sha256,
        threshold=release.threshold,
    )
    return Employee.objects.annotate(last=Subquery(last.values("pk")[:1])).filter(
        ~Exists(same)
    )


def of_employees(
    ids: Iterable[int], asker: Asker, kind: BatchKind = BatchKind.EMPLOYEES
) -> Batch:
    """A batch of stored people, each id once. Raises ReleaseRejected."""
    return _make(kind, asker, map(_Chunk.of_ids, _grouped(ids)))


def of_everyone(asker: Asker, *, changed_only: bool = False) -> Batch:
    """A batch of all who are active. Raises ReleaseRejected."""
    release = releases.current()
    people = changed_employees(release) if changed_only else Employee.objects.all()
    with transaction.atomic():  # PostgreSQL reads row by row only within one
        ids = people.order_by("pk").values_list("pk", flat=True).iterator(CHUNK)
        return of_employees(ids, asker, BatchKind.ALL)


def of_file(records: Iterable[Asked], asker: Asker) -> Batch:
    """A batch of the records of a file, which are kept until they are scored.

    All or nothing: what `records` raises while it is read leaves nothing behind.
    """
    return _make(BatchKind.FILE, asker, map(_Chunk.of_records, _grouped(records)))


class _Chunk(NamedTuple):
    row_count: int
    people: bytes

    @classmethod
    def of_ids(cls, ids: list[int]) -> "_Chunk":
        return cls(len(ids), pack_ids(ids))

    @classmethod
    def of_records(cls, records: list[Asked]) -> "_Chunk":
        return cls(len(records), pack_records(records))


@transaction.atomic
def _make(kind: BatchKind, asker: Asker, chunks: Iterable[_Chunk]) -> Batch:
    batch = new_batch(kind, asker)
    batch.save(force_insert=True)
    made = _stored(batch, chunks)
    while some := list(islice(made, STORED_AT_ONCE)):
        BatchChunk.objects.bulk_create(some)
    batch.save(update_fields=["row_count"])
    return batch


def _stored(batch: Batch, chunks: Iterable[_Chunk]) -> Iterator[BatchChunk]:
    for number, chunk in enumerate(chunks):
        first_row = batch.row_count
        batch.row_count += chunk.row_count
        if batch.row_count > MOST_ROWS and batch.kind == BatchKind.FILE:
            raise TooManyRows
        yield BatchChunk(
            batch=batch,
            number=number,
            first_row=first_row,
            row_count=chunk.row_count,
            people=chunk.people,
        )


def new_batch(kind: BatchKind, asker: Asker) -> Batch:
    """One that nobody has written yet, of no rows so far. Raises ReleaseRejected."""
    release = releases.current()
    caller = asker.caller
    return Batch(
        kind=kind,
        row_count=0,
        model_version=release.version,
        artifact_sha256=release.artifact_sha256,
        source=caller.source,
        key_prefix=caller.key_prefix,
        key_owner=caller.key_owner,
        user_name=caller.user_name,
        request_id=caller.request_id,
        caller=asker.name,
        idempotency_key=asker.idempotency_key,
        request_digest=digest(asker.request),
    )


def digest(request: Any) -> str:
    """What a request is known again by; empty for none."""
    return "" if request is None else hashlib.sha256(canonical(request)).hexdigest()


def _grouped(items: Iterable[Item]) -> Iterator[list[Item]]:
    items = iter(items)
    while group := list(islice(items, CHUNK)):
        yield group
