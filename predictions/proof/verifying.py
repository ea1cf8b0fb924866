"""Checks the whole log against its seals, in memory that does not grow with it.

Everything is computed again from what the tables hold: digests, leaves, roots, the
chain and the signatures. A finding names the row; where the forger made the seal's list
fit as well, it names the seal.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from predictions.models import NO_SEAL, Prediction, Seal, SealedPrediction
from predictions.processes import Spread, here
from predictions.proof import rows as log_rows
from predictions.proof import signing
from predictions.proof.anchors import Anchor
from predictions.proof.checking import Entry, Finding, check, erasures_of, row_findings
from predictions.proof.merkle import Tree
from predictions.proof.rows import CHUNK

Progress = Callable[[int], object]


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
    spread: Spread = here
    rows: int = 0
    unsigned: int = 0
    waiting: int = 0
    findings: int = 0
    seals: dict[int, str] = field(default_factory=dict)
    """The hash of each seal there is, by its number."""
    _last: Seal | None = None
    _never_signed: list[int] = field(default_factory=list)

    def run(self) -> Iterator[Finding]:
        """Every finding: the chain's, then the rows' seal by seal, then strays."""
        for finding in self._all():
            self.findings += 1
            yield finding

    def run_newest(self, seal: Seal) -> Iterator[Finding]:
        """The newest seal alone: its rows and signature, and that it follows another.

        Where the one before is missing, so is what it follows.
        """
        before = list(Seal.objects.filter(pk=seal.number - 1))
        previous = before[0].previous_hash if before else NO_SEAL
        first = before[0].number if before else 1
        yield from self._chain([*before, seal], previous, first)
        yield from self._sealed(Seal.objects.filter(pk=seal.number))

    def _all(self) -> Iterator[Finding]:
        yield from self._chain(Seal.objects.order_by("number").iterator())
        yield from self._anchored()
        seals = Seal.objects.order_by("number")
        if self.since is not None:
            seals = seals.filter(created_at__gte=self.since)
        yield from self._sealed(seals)
        yield from _listed_nowhere()
        yield from self._in_no_seal()

    # The chain

    def _chain(
        self, seals: Iterable[Seal], previous: str = NO_SEAL, expected: int = 1
    ) -> Iterator[Finding]:
        for seal in seals:
            if expected < seal.number:
                yield Finding("seal", expected, _missing(expected, seal.number - 1))
            if signing.hash_of(seal) != seal.seal_hash:
                yield Finding("seal", seal.number, _("changed: its hash is another"))
            if seal.previous_hash != previous:
                text = _("does not follow the seal before it")
                yield Finding("seal", seal.number, text)
            yield from self._signed(seal)
            self.seals[seal.number] = seal.seal_hash
            previous, expected, self._last = seal.seal_hash, seal.number + 1, seal

    def _signed(self, seal: Seal) -> Iterator[Finding]:
        if not seal.signature:
            self.unsigned += 1
            if seal.public_key:
                yield Finding("seal", seal.number, _("its signature was removed"))
            else:
                self._never_signed.append(seal.number)
        elif not signing.is_signed(seal):
            yield Finding("seal", seal.number, _("changed: its signature is wrong"))
        elif self.public_keys and seal.public_key not in self.public_keys:
            text = _("signed with a key that is not trusted: %s") % seal.public_key
            yield Finding("seal", seal.number, text)

    def _anchored(self) -> Iterator[Finding]:
        covered = 0
        for anchor in self.anchors:
            found = self.seals.get(anchor.number)
            if found is None:
                text = _("cut off: the anchor has it and the log does not")
                yield Finding("seal", anchor.number, text)
            elif found != anchor.seal_hash:
                yield Finding("seal", anchor.number, _("not the one that was anchored"))
            else:
                covered = max(covered, anchor.number)
        if not self.public_keys:
            return
        # A later signature shows that its signer came after them, not that they are
        # as they were: the next sealer signs whatever chain it finds.
        for number in self._never_signed:
            if number > covered:
                text = _("not signed, and no anchor stands for it")
                yield Finding("seal", number, text)

    # Rows

    def _sealed(self, seals: QuerySet[Seal]) -> Iterator[Finding]:
        """Each row of each seal, and then the seal's root over its list."""
        columns = ("number", "root", "row_count")
        listed = deque(seals.values_list(*columns, named=True))
        if not listed:
            return
        tree = Tree()
        for entries, checked in self.spread(check, _entries(listed[0].number)):
            self.rows += checked.rows
            for number, group in groupby(entries, itemgetter(0)):
                while listed and listed[0].number < number:
                    yield from _root_findings(listed.popleft(), tree)
                    tree = Tree()
                if listed and listed[0].number == number:
                    tree.extend(_leaf(leaf) for _seal, _row, leaf in group)
                yield from checked.findings.get(number, ())
            self.progress(len(entries))
        while listed:
            yield from _root_findings(listed.popleft(), tree)
            tree = Tree()

    def _in_no_seal(self) -> Iterator[Finding]:
        sealed = SealedPrediction.objects.filter(pk=OuterRef("pk"))
        strays = Prediction.objects.filter(~Exists(sealed)).order_by("pk")
        for row in log_rows.read(strays):
            self.rows += 1
            yield from row_findings(row, erasures_of([row]))
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


def _missing(first: int, last: int) -> str:
    if first == last:
        return _("missing")
    return _("missing, and all up to seal %s") % last


def _leaf(found: object) -> bytes:
    """SQLite keeps whatever a forger puts into a column."""
    return found if isinstance(found, bytes) else b""


def _listed_nowhere() -> Iterator[Finding]:
    """Rows in the list of a seal that there is not: no root stands for them."""
    seals = Seal.objects.filter(pk=OuterRef("seal_id"))
    listed = SealedPrediction.objects.filter(~Exists(seals)).order_by("pk")
    for number, seal in listed.values_list("pk", "seal_id").iterator():
        text = _("listed under seal %s, which is not there") % seal
        yield Finding("prediction", number, text)


def _root_findings(seal: Any, tree: Tree) -> Iterator[Finding]:
    if (tree.root().hex(), tree.size) != (seal.root, seal.row_count):
        text = _("its list of rows is not the one that was sealed")
        yield Finding("seal", seal.number, text)


def _entries(first: int) -> Iterator[list[Entry]]:
    """The lists of the seals from this one on, each in the order of its tree."""
    # Django has no comparison of pairs, and any other way reads a seal's list again.
    statement = (
        "SELECT seal_id, prediction_id, leaf FROM prediction_seal_rows "
        "WHERE (seal_id, prediction_id) > (%s, %s) "
        "ORDER BY seal_id, prediction_id LIMIT %s"
    )
    after = (first - 1, 2**63 - 1)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*after, CHUNK])
            chunk: list[Entry] = cursor.fetchall()
        if not chunk:
            return
        yield chunk
        after = chunk[-1][:2]
