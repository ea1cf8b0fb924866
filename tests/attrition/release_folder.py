"""A copy of the release that serves, to be spoilt, and how it is rejected then."""

import hashlib
import json
from pathlib import Path

import pytest
from django.utils.translation import override

from attrition import releases
from attrition.errors import ReleaseRejected


class ReleaseFolder:
    """A copy of the release that serves, in a folder of its own, to be spoilt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.version = folder.name

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def document(self, name: str):
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def rewrite(self, name: str, document) -> None:
        """Change one file as its author would: with its hash in the card."""
        text = json.dumps(document, ensure_ascii=False)
        (self.folder / name).write_text(text, encoding="utf-8")
        if name != releases.CARD:
            card = self.document(releases.CARD)
            card["files"][name] = hashlib.sha256(text.encode()).hexdigest()
            self.rewrite(releases.CARD, card)

    def change_one_byte(self, name: str) -> None:
        """What a failing disk does: no hash goes with it."""
        contents = bytearray((self.folder / name).read_bytes())
        contents[len(contents) // 2] ^= 1
        (self.folder / name).write_bytes(contents)


def rejection(version: str | None = None) -> str:
    """How a release (the current one if unnamed) is rejected, in English."""
    with override("en"), pytest.raises(ReleaseRejected) as caught:
        releases.current() if version is None else releases.load(version)
    return str(caught.value)
