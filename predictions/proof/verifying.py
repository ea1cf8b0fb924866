"""Checks the whole log against its seals, in memory that does not grow with it.

Everything is computed again from what the tables hold: digests, leaves, roots, the
chain and the signatures. A finding names the row; where the forger made the seal's list
fit as well, it names the seal.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from predictions.models import NO_SEAL, Erasure, Prediction, Seal, SealedPrediction
from predictions.proof import rows as log_rows
from predictions.proof import signing
from predictions.proof.anchors import Anchor
from predictions.proof.digests import UnknownSchema, leaf_of, payload_digest
from predictions.proof.merkle import root_of
from predictions.proof.rows import CHUNK, Row

Progress = Callable[[int], object]


@dataclass(frozen=True)
class Finding:
    """One thing wrong; `what` is "prediction" or "seal", `number` which."""

    what: str
    number: int
    text: str

    def __str__(self) -> str:
        names = {"prediction": _("prediction"), "seal": _("seal")}
        return f"{names[self.what]} {self.number}: {self.text}"


@dataclass
class Verification:
    """What is asked, and the counts as the findings come.

    With `since`, the rows of seals made from then on, and the whole chain. Only
    signatures by `public_keys` count; without any, a signature shows no more than that
    nobody without the key which the seal itself names has changed it.
    """

    since: datetime | None = None
    public_keys: Sequence[str] = ()
    anchors: Sequence[Anchor] = ()
    progress: Progress = lambda count: None
    rows: int = 0
    unsigned: int = 0
    waiting: int = 0
    findings: int = 0
    seals: dict[int, str] = field(default_factory=dict)
    """The hash of each seal there is, by its number."""
    _last: Seal | None = None

    def run(self) -> Iterator[Finding]:
        """Every finding: the chain's, then the rows' seal by seal, then strays."""
        for finding in self._all():
            self.findings += 1
            yield finding

    def _all(self) -> Iterator[Finding]:
        yield from self._chain()
        yield from self._anchored()
        seals = Seal.objects.order_by("number")
        if self.since is not None:
            seals = seals.filter(created_at__gte=self.since)
        for number in list(seals.values_list("number", flat=True)):
            yield from self._sealed(Seal.objects.get(pk=number))
        yield from self._in_no_seal()

    # The chain

    def _chain(self) -> Iterator[Finding]:
        previous, expected = NO_SEAL, 1
        for seal in Seal.objects.order_by("number").iterator():
            for missing in range(expected, seal.number):
                yield Finding("seal", missing, _("missing"))
            if signing.hash_of(seal) != seal.seal_hash:
                yield Finding("seal", seal.number, _("changed: its hash is another"))
            if seal.previous_hash != previous:
                text = _("does not follow the seal before it")
                yield Finding("seal", seal.number, text)
            yield from self._signed(seal)
            self.seals[seal.number] = seal.seal_hash
            previous, expected, self._last = seal.seal_hash, seal.number + 1, seal
        if self._last and self.public_keys and not self._last.signature:
            # An unsigned one in the middle is covered by the next that is signed.
            text = _("not signed, and no later one is")
            yield Finding("seal", self._last.number, text)

    def _signed(self, seal: Seal) -> Iterator[Finding]:
        if not seal.signature:
            self.unsigned += 1
            if seal.public_key:
                yield Finding("seal", seal.number, _("its signature was removed"))
        elif not signing.is_signed(seal):
            yield Finding("seal", seal.number, _("changed: its signature is wrong"))
        elif self.public_keys and seal.public_key not in self.public_keys:
            text = _("signed with a key that is not trusted: %s") % seal.public_key
            yield Finding("seal", seal.number, text)

    def _anchored(self) -> Iterator[Finding]:
        for anchor in self.anchors:
            found = self.seals.get(anchor.number)
            if found is None:
                text = _("cut off: the anchor has it and the log does not")
                yield Finding("seal", anchor.number, text)
            elif found != anchor.seal_hash:
                yield Finding("seal", anchor.number, _("not the one that was anchored"))

    # Rows

    def _sealed(self, seal: Seal) -> Iterator[Finding]:
        """Each row of one seal, and then the seal's root over its list."""
        wrong: list[Finding] = []
        count = 0

        def leaves() -> Iterator[bytes]:
            nonlocal count
            for chunk in _entries(seal):
                rows = log_rows.by_id([number for number, _leaf in chunk])
                wrong.extend(self._wrong(seal, chunk, rows))
                count += len(chunk)
                self.rows += len(rows)
                self.progress(len(chunk))
                yield from (leaf for _number, leaf in chunk)

        root = root_of(leaves()).hex()
        yield from wrong
        if (root, count) != (seal.root, seal.row_count):
            text = _("its list of rows is not the one that was sealed")
            yield Finding("seal", seal.number, text)

    def _wrong(
        self, seal: Seal, chunk: list[tuple[int, bytes]], rows: dict[int, Row]
    ) -> Iterator[Finding]:
        for number, leaf in chunk:
            row = rows.get(number)
            if row is None:
                text = _("missing; seal %s holds it") % seal.number
                yield Finding("prediction", number, text)
                continue
            yield from _digest_findings(row)
            yield from _leaf_findings(row, leaf)
        yield from _erasure_findings(rows)

    def _in_no_seal(self) -> Iterator[Finding]:
        sealed = SealedPrediction.objects.filter(pk=OuterRef("pk"))
        strays = Prediction.objects.filter(~Exists(sealed)).order_by("pk")
        for row in log_rows.read(strays):
            self.rows += 1
            yield from _digest_findings(row)
            yield from _erasure_findings({row["id"]: row})
            if self._is_awaited(row["id"]):
                self.waiting += 1
            else:
                yield Finding("prediction", row["id"], _("in no seal"))
            self.progress(1)

    def _is_awaited(self, number: int) -> bool:
        """Whether the next seal will look for this number."""
        if self._last is None:
            return number > 0
        return number > self._last.last_id or any(
            low <= number <= high for low, high, _seen in self._last.gaps
        )


def _entries(seal: Seal) -> Iterator[list[tuple[int, bytes]]]:
    """A seal's list, in the order of its tree, by chunks."""
    entries = SealedPrediction.objects.filter(seal=seal).order_by("prediction_id")
    after = None
    while True:
        page = entries if after is None else entries.filter(prediction_id__gt=after)
        found = page.values_list("prediction_id", "leaf")[:CHUNK]
        chunk = [(number, bytes(leaf)) for number, leaf in found]
        if not chunk:
            return
        yield chunk
        after = chunk[-1][0]


def _digest_findings(row: Row) -> Iterator[Finding]:
    erasable = row["input_payload"], row["payload_salt"], row["employee_id"]
    if erasable == (None, None, None):
        return
    try:
        found = payload_digest(
            row["payload_salt"] or "", row["input_payload"], row["employee_id"]
        )
    except ValueError:  # a salt that is none
        found = ""
    if found != row["payload_digest"]:
        text = _("changed: its payload or employee is not what the digest stands for")
        yield Finding("prediction", row["id"], text)


def _leaf_findings(row: Row, leaf: bytes) -> Iterator[Finding]:
    try:
        is_same = leaf_of(row) == leaf
    except (UnknownSchema, ValueError) as error:
        text = _("changed: it can't be hashed (%s)") % error
        yield Finding("prediction", row["id"], text)
        return
    if not is_same:
        text = _("changed: it is not the row that was sealed")
        yield Finding("prediction", row["id"], text)


def _erasure_findings(rows: dict[int, Row]) -> Iterator[Finding]:
    emptied = [pk for pk, row in rows.items() if row["input_payload"] is None]
    if not emptied:
        return
    erased = set(
        Erasure.objects.filter(pk__in=emptied).values_list("prediction_id", flat=True)
    )
    for number in emptied:
        if number not in erased:
            text = _("payload removed without an erasure on record")
            yield Finding("prediction", number, text)
