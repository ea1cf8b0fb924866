"""Makes batches: who is to be scored is written down before anybody is."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.crypto import salted_hmac

from attrition import releases
from attrition.errors import AttritionError, Problem
from attrition.models import Employee
from attrition.releases import Release
from predictions.batches.people import Asked, pack_ids, pack_records
from predictions.batches.refused import kept
from predictions.idempotency import KeyReused, prediction_of
from predictions.models import Batch, BatchChunk, BatchKind, Prediction
from predictions.proof.canonical import canonical
from predictions.services import Caller

CHUNK = 1_000  # rows that are answered in one transaction
MOST_ROWS = 1_000_000  # of a file
STORED_AT_ONCE = 16  # chunks: a file's records must not gather in memory
SPOOLED = 16 * 1024 * 1024  # bytes in memory, before a file takes them

Item = TypeVar("Item")


class Asker(NamedTuple):
    """Who asks, and, for a request that may be a retry, under which key for what."""

    caller: Caller
    name: str
    """As `predictions.idempotency.Retry.caller` has it."""
    idempotency_key: str = ""
    request: Any = None


Then = Callable[[Batch], object]
"""What is done with a new batch in the transaction that writes it, or not at all."""


class TooManyRows(AttritionError):
    """A file of more than `MOST_ROWS` people."""


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
    active = Employee.objects.active()
    return active.annotate(last=Subquery(last.values("pk")[:1])).filter(~Exists(same))


def of_employees(
    ids: Iterable[int],
    asker: Asker,
    kind: BatchKind = BatchKind.EMPLOYEES,
    *,
    then: Then | None = None,
) -> Batch:
    """A batch of stored people, each id once. Raises ReleaseRejected."""
    return _make(kind, asker, map(_of_ids, _grouped(ids)), then)


def of_everyone(
    asker: Asker, *, changed_only: bool = False, then: Then | None = None
) -> Batch:
    """A batch of all who are active. Raises ReleaseRejected."""
    release = releases.current()
    people = changed_employees(release) if changed_only else Employee.objects.active()
    with transaction.atomic():  # PostgreSQL reads row by row only within one
        ids = people.order_by("pk").values_list("pk", flat=True).iterator(CHUNK)
        return of_employees(ids, asker, BatchKind.ALL, then=then)


def of_file(lines: Iterable[Asked], asker: Asker, *, then: Then | None = None) -> Batch:
    """A batch of a file's lines, which are kept until they are scored.

    All or nothing: what `lines` raises while it is read leaves nothing behind. Raises
    TooManyRows.
    """
    with _read_before(map(_of_lines, _grouped(enumerate(lines)))) as chunks:
        return _make(BatchKind.FILE, asker, chunks, then)


@contextmanager
def _read_before(chunks: Iterable[BatchChunk]) -> Iterator[Iterator[BatchChunk]]:
    """The same, once all are there, out of a file.

    A large file takes minutes to read, and a transaction that long would keep every
    other writer of an SQLite database waiting.
    """
    with SpooledTemporaryFile(SPOOLED) as file:
        for chunk in chunks:
            people = b64encode(chunk.people or b"").decode()
            line = json.dumps([chunk.row_count, people, chunk.refusals])
            file.write(line.encode() + b"\n")
        file.seek(0)
        yield map(_of_line, file)


def _of_line(line: bytes) -> BatchChunk:
    row_count, people, refusals = json.loads(line)
    return BatchChunk(row_count=row_count, people=b64decode(people), refusals=refusals)


def _of_ids(ids: list[int]) -> BatchChunk:
    return BatchChunk(row_count=len(ids), people=pack_ids(ids))


def _of_lines(numbered: list[tuple[int, Asked]]) -> BatchChunk:
    rows = dict(numbered)
    if max(rows) >= MOST_ROWS:
        raise TooManyRows
    refusals = [
        kept(row, asked.employee_id, asked.problems, asked.line)
        for row, asked in rows.items()
        if asked.problems
    ]
    return BatchChunk(row_count=len(rows), people=pack_records(rows), refusals=refusals)


@transaction.atomic
def _make(
    kind: BatchKind, asker: Asker, chunks: Iterable[BatchChunk], then: Then | None
) -> Batch:
    batch = new_batch(kind, asker, releases.current())
    batch.save(force_insert=True)
    placed = _placed(batch, chunks)
    while some := list(islice(placed, STORED_AT_ONCE)):
        BatchChunk.objects.bulk_create(some)
    batch.save(update_fields=["row_count"])
    if then is not None:
        then(batch)
    return batch


def _placed(batch: Batch, chunks: Iterable[BatchChunk]) -> Iterator[BatchChunk]:
    for number, chunk in enumerate(chunks):
        chunk.batch = batch
        chunk.number = number
        chunk.first_row = batch.row_count
        batch.row_count += chunk.row_count
        yield chunk


def new_batch(kind: BatchKind, asker: Asker, release: Release) -> Batch:
    """One that nobody has written yet, of no rows so far."""
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


def unknown_employees(ids: Sequence[int]) -> Iterator[Problem]:
    """Those of `ids` who are not stored, by their places."""
    for first in range(0, len(ids), CHUNK):
        group = ids[first : first + CHUNK]
        known = set(Employee.objects.filter(pk__in=group).values_list("pk", flat=True))
        for index, pk in enumerate(group, first):
            if pk not in known:
                yield Problem(
                    "employee_id", "unknown_employee", {"value": pk}, index=index
                )


def asked_before(asker: Asker) -> Batch | None:
    """The batch that this caller's idempotency key stands for. Raises KeyReused."""
    if not asker.idempotency_key:
        return None
    if prediction_of(asker.name, asker.idempotency_key) is not None:
        raise KeyReused("The key stands for a prediction.")
    found = Batch.objects.filter(
        caller=asker.name, idempotency_key=asker.idempotency_key
    ).first()
    if found is None:
        return None
    if not _is_same(asker.request, found.request_digest):
        raise KeyReused(f"The key stands for batch {found.pk}.")
    found.is_repeated = True
    return found


def digest(request: Any, secret: str | None = None) -> str:
    """What a request is known again by, in hexadecimal; empty for none.

    With a secret (SECRET_KEY if none is given): whoever reads the table can't try which
    payload it stands for.
    """
    if request is None:
        return ""
    salt, value = "predictions.batches", canonical(request)
    return salted_hmac(salt, value, secret, algorithm="sha256").hexdigest()


def _is_same(request: Any, known_by: str) -> bool:
    """Also where SECRET_KEY has been replaced since."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return known_by in {digest(request, secret) for secret in secrets}


def _grouped(items: Iterable[Item]) -> Iterator[list[Item]]:
    items = iter(items)
    while group := list(islice(items, CHUNK)):
        yield group
