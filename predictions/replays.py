"""Computes recorded answers again: the release, the payload and the threshold of then.

A replay is an event on record, never a prediction.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import Error
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import AttritionError, InvalidFeatures, ReleaseRejected
from predictions.models import Erasure, Prediction, Replay
from predictions.models.log import ours
from predictions.processes import Spread, here
from predictions.proof.canonical import parsed
from predictions.proof.rows import CHUNK, within
from predictions.services import Caller, LogUnavailable

TOLERANCE = 1e-12
COLUMNS = (
    "pk",
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "artifact_sha256",
)


class NotReplayable(AttritionError):
    """The answer can't be computed again; the text says why."""


class Replayed(NamedTuple):
    """One answer beside itself. `problem` says why there is no second one."""

    prediction_id: int
    recorded: float
    replayed: float | None
    recorded_class: int
    replayed_class: int | None
    problem: str = ""

    @property
    def difference(self) -> float | None:
        """|Δp|."""
        return None if self.replayed is None else abs(self.replayed - self.recorded)

    @property
    def matches(self) -> bool:
        """Same class, and |Δp| ≤ 1e-12."""
        return (
            self.difference is not None
            and self.difference <= TOLERANCE
            and self.recorded_class == self.replayed_class
        )


def replay(rows: QuerySet[Prediction], spread: Spread = here) -> Iterator[Replayed]:
    """Each of our own rows again, by their number; nothing is recorded."""
    for _numbers, found in spread(_again, _chunks(ours(rows))):
        yield from found


def _chunks(rows: QuerySet[Prediction]) -> Iterator[list[int]]:
    """Their numbers, ascending."""
    numbers = rows.order_by("pk").values_list("pk", flat=True)
    chunk = list(numbers[:CHUNK])
    while chunk:
        yield chunk
        chunk = list(numbers.filter(pk__gt=chunk[-1])[:CHUNK])


def _again(numbers: Sequence[int]) -> list[Replayed]:
    # As text: Django's own reading of JSON takes three times as long.
    rows = Prediction.objects.annotate(payload=Cast("input_payload", TextField()))
    found = rows.filter(within(numbers)).order_by("pk").values_list(*COLUMNS, "payload")
    return [_replayed(*values) for values in found]


def _replayed(
    pk: int,
    recorded: float,
    side: int,
    threshold: float,
    version: str,
    sha256: str,
    payload: str | None,
) -> Replayed:
    try:
        again = _probability(version, sha256, payload)
    except NotReplayable as error:
        return Replayed(pk, recorded, None, side, None, str(error))
    return Replayed(pk, recorded, again, side, int(again >= threshold))


def _probability(version: str, artifact_sha256: str, payload: str | None) -> float:
    if payload is None:
        raise NotReplayable(_("its payload was erased"))
    try:
        release = releases.load(version)
    except ReleaseRejected as error:
        raise NotReplayable(str(error)) from None
    if release.artifact_sha256 != artifact_sha256:
        raise NotReplayable(
            _("%(folder)s is not the release that answered: its card has another hash")
            % {"folder": release.folder}
        )
    try:
        values = release.validator.validate(parsed(payload))
    except InvalidFeatures:
        raise NotReplayable(
            _("release %(version)s can't read its payload") % {"version": version}
        ) from None
    return release.scorecard.probability(values)


def erased() -> Q:
    """Rows whose data are gone by an erasure on record: nothing to compute from.

    Data that are gone without one are no such row: they do not match.
    """
    on_record = Erasure.objects.values("prediction_id")
    return Q(input_payload__isnull=True, pk__in=on_record)


def elsewhere() -> str:
    return _("it was copied from the proof of concept, whose model is not here")


def record(*, asked_for: str, replayed: int, matching: int, caller: Caller) -> Replay:
    """Write the event down. Raises LogUnavailable."""
    try:
        return Replay.objects.create(
            asked_for=asked_for,
            replayed=replayed,
            matching=matching,
            source=caller.source,
            key_prefix=caller.key_prefix,
            key_owner=caller.key_owner,
            user_name=caller.user_name,
            request_id=caller.request_id,
        )
    except Error:
        raise LogUnavailable("The replay could not be recorded.") from None


def replay_one(number: int, caller: Caller) -> tuple[Replayed, Replay] | None:
    """One answer again, and the event on record; None for a row there is not.

    Raises NotReplayable for one of the proof of concept; then nothing is recorded.
    """
    row = Prediction.objects.filter(pk=number)
    found = next(replay(row), None)
    if found is None and row.exists():
        raise NotReplayable(elsewhere())
    if found is None:
        return None
    event = record(
        asked_for=str(number), replayed=1, matching=int(found.matches), caller=caller
    )
    return found, event
