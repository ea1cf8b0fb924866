"""Asking for predictions: the one way in, for every caller.

A new caller (a command, an admin action, a batch) enters here and adds no line. What
the proof of concept has answered is copied by `predictions.poc` and asked for nowhere.
"""

import logging
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import (
    AttritionError,
    InvalidFeatures,
    ReleaseElsewhere,
    ReleaseReplaced,
)
from attrition.field import Value
from attrition.releases import Release
from attrition.scorecard import Contribution
from predictions import idempotency
from predictions.database.bulk_insert import Columns, ReadyRows
from predictions.database.insert import insert
from predictions.idempotency import AnsweredMeanwhile, Retry
from predictions.models import Prediction, Source
from predictions.models.log import SCHEMA_VERSION
from predictions.monitoring import counters
from predictions.proof.digests import new_salt, payload_digest

logger = logging.getLogger(__name__)

THIN_EVIDENCE = 1 / 3  # more than this share of the scored fields imputed
MANY = 20  # from here on they are scored field by field instead of one by one


class LogUnavailable(AttritionError):
    """The row could not be written, so nothing is answered."""


@dataclass(frozen=True)
class Record:
    """One employee to score: features as sent, and who it is, where that is known.

    `batch_row` is the place in its caller's batch, from 0.
    """

    features: Mapping[str, Any]
    employee_id: int | None = None
    batch_row: int | None = None


@dataclass(frozen=True)
class Caller:
    """Who asks; copied as text into every row."""

    source: Source
    key_prefix: str = ""
    key_owner: str = ""
    user_name: str = ""
    request_id: str = ""
    batch_id: UUID | None = None

    @property
    def name(self) -> str:
        """The user, or the owner of the key with its prefix."""
        key = f"{self.key_owner} ({self.key_prefix}…)" if self.key_owner else ""
        return self.user_name or key


@dataclass(frozen=True)
class Explanation:
    """``base + Σ points`` is the logit of the answer; largest points first."""

    base: float
    contributions: list[Contribution]


def predict(
    records: Sequence[Record],
    *,
    caller: Caller,
    explain: bool = False,
    retry: Retry | None = None,
) -> list[Prediction]:
    """Score the records and write every answer to the log, all or none.

    The rows are committed before anything is returned: nobody sees a score that was
    not recorded. With `explain`, each row brings its `explanation`. With `retry`, one
    record that may have been answered before: then that row, and no other.

    Raises InvalidFeatures (its `index` is the record's), ReleaseRejected, KeyReused or
    LogUnavailable; then no row was written.
    """
    if retry is not None and (row := first_answer(retry, explained=explain)):
        return [row]
    rows = rows_for(releases.current(), records, caller, explained=explain)
    try:
        _commit(rows, retry)
    except AnsweredMeanwhile:
        assert retry is not None
        return [row for row in [first_answer(retry, explained=explain)] if row]
    answers = [(row.prediction, row.model_version) for row in rows]
    counters.count_predictions(caller.source, answers)
    return rows


def ready_rows(
    release: Release, scored: Sequence["Scored"], caller: Caller
) -> ReadyRows:
    """The answers that `score_records` gave, for `write_within`."""
    return ReadyRows(_rows(release, scored, caller), len(scored))


def write_within(rows: ReadyRows, caller: Caller) -> list[Columns]:
    """As `predict`, inside the caller's transaction: show nothing before its commit.

    Returns the rows as `Prediction`'s arguments: of a million nobody needs the objects.
    Raises whatever the database says.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("What is logged here is logged with what says so.")
    written = rows.insert()
    answers = [(row["prediction"], row["model_version"]) for row in written]
    count = partial(counters.count_predictions, caller.source, answers)
    transaction.on_commit(count)
    return written


def first_answer(retry: Retry, *, explained: bool = False) -> Prediction | None:
    """The row that answered a request before, None for a new one.

    Raises KeyReused, and what `explain` raises.
    """
    row = idempotency.first_answer(retry)
    if row is None:
        return None
    row.is_repeated = True
    if explained:
        row.explanation = explain(row)
    return row


def rows_for(
    release: Release,
    records: Sequence[Record],
    caller: Caller,
    *,
    explained: bool = False,
) -> list[Prediction]:
    """The answers as rows that nobody has written yet. Raises InvalidFeatures."""
    scored = score_records(release, records)
    rows = [Prediction(**columns) for columns in _rows(release, scored, caller)]
    if explained:
        for row, found in zip(rows, scored, strict=True):
            row.explanation = _explanation(release, found.values)
    return rows


class Scored(NamedTuple):
    """One person as the release reads them, and what its scorecard says."""

    record: Record
    values: Mapping[str, Value | None]
    probability: float
    beyond: list[str]
    rare: list[str]


def score_records(
    release: Release,
    records: Sequence[Record],
    refused: MutableMapping[int, InvalidFeatures] | None = None,
) -> list[Scored]:
    """Whom the release can score; nothing is written, so nothing may be shown yet.

    Who can't be scored is put into `refused` by index; without it InvalidFeatures.
    """
    taken: list[Record] = []
    values: list[Mapping[str, Value | None]] = []
    for index, record in enumerate(records):
        try:
            values.append(release.validator.validate(record.features))
        except InvalidFeatures as error:
            found = InvalidFeatures(error.problems, index)
            if refused is None:
                raise found from None
            refused[index] = found
        else:
            taken.append(record)
    card = release.scorecard
    if len(taken) < MANY:
        return [
            Scored(record, v, card.probability(v), card.beyond(v), card.rare(v))
            for record, v in zip(taken, values, strict=True)
        ]
    # It loads numpy, which a process that is asked about one at a time never needs.
    from attrition import bulk

    people = bulk.People(card, values)
    return [
        Scored(*found)
        for found in zip(
            taken,
            values,
            people.probabilities(),
            people.beyond(),
            people.rare(),
            strict=True,
        )
    ]


def _rows(
    release: Release, scored: Sequence[Scored], caller: Caller
) -> Iterator[Columns]:
    now = timezone.now()
    for found in scored:
        yield _columns(release, found, caller, now)


def _columns(
    release: Release, scored: Scored, caller: Caller, now: datetime
) -> Columns:
    record, values = scored.record, scored.values
    threshold = release.threshold
    missing = [name for name in release.scorecard.names if values[name] is None]
    salt = new_salt()
    return {
        "created_at": now,
        "employee_id": record.employee_id,
        "input_payload": record.features,
        "proba_depart": scored.probability,
        "prediction": int(scored.probability >= threshold),
        "threshold": threshold,
        "model_version": release.version,
        "artifact_sha256": release.artifact_sha256,
        "missing_features": missing,
        "warnings": _warnings(release, scored, missing),
        "source": caller.source,
        "key_prefix": caller.key_prefix,
        "key_owner": caller.key_owner,
        "user_name": caller.user_name,
        "request_id": caller.request_id,
        "batch_id": caller.batch_id,
        "batch_row": record.batch_row,
        "payload_salt": salt,
        "payload_digest": payload_digest(salt, record.features, record.employee_id),
        "schema_version": SCHEMA_VERSION,
    }


def _warnings(
    release: Release, scored: Scored, missing: list[str]
) -> list[dict[str, Any]]:
    """What the reader of the score must know: a code, and the fields it is about."""
    found = []
    if release.is_demonstration:
        found.append({"code": "demonstration_model", "fields": []})
    if scored.beyond:
        found.append({"code": "out_of_range", "fields": scored.beyond})
    if scored.rare:
        found.append({"code": "rare_value", "fields": scored.rare})
    if len(missing) > THIN_EVIDENCE * len(release.scorecard.names):
        found.append({"code": "thin_evidence", "fields": missing})
    return found


def _commit(rows: list[Prediction], retry: Retry | None) -> None:
    """The only insert into the log."""
    try:
        if len(rows) == 1 and retry is None and not connection.in_atomic_block:
            insert(rows[0])  # one statement is a transaction of its own
            return
        # durable: inside somebody's open transaction this raises instead of promising.
        with transaction.atomic(durable=True):
            Prediction.objects.bulk_create(rows)
            if retry is not None:
                idempotency.remember(retry, rows[0])
    except Error as error:
        counters.log_failures.inc()
        # The database's own text can hold the row, so only its kind goes on.
        logger.error("The log could not be written: %s", type(error).__name__)
        raise LogUnavailable("The log could not be written.") from None


def explain(prediction: Prediction) -> Explanation:
    """Take a logged answer apart, with the release that gave it.

    Raises ReleaseRejected when that release is gone (ReleaseGone), damaged, no longer
    the same bytes (ReleaseReplaced) or was never here (ReleaseElsewhere),
    InvalidFeatures when the payload is not, or no longer, what it can read.
    """
    if prediction.source == Source.IMPORTED:
        # Whatever has the same name here.
        raise ReleaseElsewhere(_("The proof of concept gave this answer."))
    release = releases.load(prediction.model_version)
    if release.artifact_sha256 != prediction.artifact_sha256:
        raise ReleaseReplaced(
            _(
                "Release %(version)s is not the one that gave answer %(id)s: its model "
                "card has another SHA-256. Put the folder back as it was."
            )
            % {"version": release.version, "id": prediction.pk}
        )
    values = release.validator.validate(prediction.input_payload or {})
    return _explanation(release, values)


def _explanation(release: Release, values: Mapping[str, Value | None]) -> Explanation:
    return Explanation(release.scorecard.base, release.scorecard.explain(values))
