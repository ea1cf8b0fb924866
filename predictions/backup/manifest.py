"""What a backup says of itself: its files' hashes, and how many rows it has."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from attrition.errors import AttritionError

MANIFEST = "manifest.json"
DATABASES = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
RELEASES = "ml_artifacts"
ANCHOR = "anchor.jsonl"


class BackupRefused(AttritionError):
    """Nothing was backed up or put back; the text says why and what to do."""


class Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    made_at: str
    database: str
    """What Django calls its kind."""
    migrations: list[str]
    rows: dict[str, int]
    public_keys: list[str]
    files: dict[str, str]
    """SHA-256 by path."""

    def write(self, folder: Path) -> None:
        text = self.model_dump_json(indent=2) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")
        _settle(folder / MANIFEST)


def read(folder: Path) -> Manifest:
    """The manifest of a backup that is as it was made. Raises BackupRefused."""
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        found = Manifest.model_validate_json(text)
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise BackupRefused(
            _("%(folder)s is no backup: its %(file)s is missing or damaged.")
            % {"folder": folder, "file": MANIFEST}
        ) from error
    there = hashes(folder)
    wrong = sorted(
        name
        for name in there.keys() | found.files.keys()
        if there.get(name) != found.files.get(name)
    )
    if wrong:
        raise BackupRefused(
            _(
                "The backup is damaged: %(files)s changed, missing or added since it "
                "was made. Nothing was put back: take another backup."
            )
            % {"files": ", ".join(wrong)}
        )
    return found


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of each file but the manifest, which is on the disk afterwards."""
    return {
        # A link to a folder is no part of a backup, and what is in it would be copied.
        str(file.relative_to(folder)): "" if file.is_dir() else _settle(file)
        for file in _files(folder)
        if file != folder / MANIFEST
    }


def _files(folder: Path) -> Iterator[Path]:
    found = sorted(folder.rglob("*"))
    return (file for file in found if file.is_symlink() or not file.is_dir())


def _settle(file: Path) -> str:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
        return hashlib.file_digest(opened, "sha256").hexdigest()
