"""Anchors: the heads of the chain in a file that is kept somewhere else.

Whoever cuts the newest seals off the log, or makes the whole chain anew, can't reach
into it. One JSON object a line, oldest first.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attrition.errors import AttritionError
from predictions.models import Seal
from predictions.proof.digests import moment


class BadAnchor(AttritionError):
    """An anchor file that can't be read or written; the text says where."""


@dataclass(frozen=True)
class Anchor:
    number: int
    seal_hash: str


def read(path: Path) -> list[Anchor]:
    """The anchored seals, by number; an empty file holds none. Raises BadAnchor."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadAnchor(f"{path} can't be read: {error}.") from error
    return list(_anchors(path, lines))


def _anchors(path: Path, lines: list[str]) -> Iterator[Anchor]:
    for place, line in enumerate(lines, start=1):
        try:
            found = json.loads(line)
            yield Anchor(int(found["number"]), str(found["seal_hash"]))
        except (ValueError, KeyError, TypeError) as error:
            text = f"{path}, line {place}, is no anchor: put the line back from a copy."
            raise BadAnchor(text) from error


def check(path: Path) -> None:
    """Compare the newest line with the log. Raises BadAnchor.

    The hash of a seal stands for all before it. A file that is not there yet is right.
    """
    newest = max(
        read(path) if path.exists() else [],
        key=lambda anchor: anchor.number,
        default=None,
    )
    if newest is None:
        return
    known = Seal.objects.filter(pk=newest.number).values_list("seal_hash", flat=True)
    if newest.seal_hash not in known:
        raise BadAnchor(
            f"{path} holds seal {newest.number} and the log does not, or another one: "
            f"the log was cut off or made anew. verify_log --anchor {path} says more; "
            "nothing was sealed."
        )


def append(path: Path) -> int:
    """Add the seals that are not in the file yet; return how many. Raises BadAnchor.

    The line is on the disk before this returns. Seals that were made while the file
    could not be written are caught up with.
    """
    anchored = read(path) if path.exists() else []
    last = max((anchor.number for anchor in anchored), default=0)
    seals = list(Seal.objects.filter(number__gt=last).order_by("number"))
    if not seals:
        return 0
    try:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(_line(seal) for seal in seals)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadAnchor(
            f"{path} can't be written: {error}. The seals are made; the next seal_log "
            "adds their lines."
        ) from error
    return len(seals)


def _line(seal: Seal) -> str:
    document = {
        "number": seal.number,
        "seal_hash": seal.seal_hash,
        "created_at": moment(seal.created_at),
        "rows": seal.row_count,
        "last_id": seal.last_id,
        "public_key": seal.public_key,
        "signature": seal.signature,
    }
    return json.dumps(document) + "\n"
