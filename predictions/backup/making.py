"""Makes a backup, while the service goes on."""

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from attrition import releases
from predictions.backup import postgresql, sqlite
from predictions.backup.manifest import (
    ANCHOR,
    DATABASES,
    RELEASES,
    BackupRefused,
    Manifest,
    hashes,
)
from predictions.proof import signing

ENGINES: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}


def make(
    connection: BaseDatabaseWrapper, folder: Path, anchor: Path | None
) -> Manifest:
    """Write it beside `folder`, which exists only once it is whole.

    Raises BackupRefused, BadKey or OSError; then there is nothing of it.
    """
    if folder.exists():
        text = _("%s is there already: a backup replaces nothing, name a new folder.")
        raise BackupRefused(text % folder)
    half = folder.with_name(f"{folder.name}.partial")
    half.mkdir(mode=0o700, parents=True)
    try:
        found = _fill(connection, half, anchor)
        half.rename(folder)
    except BaseException:  # Ctrl-C too must leave no half a backup
        shutil.rmtree(half)
        raise
    return found


def _fill(
    connection: BaseDatabaseWrapper, folder: Path, anchor: Path | None
) -> Manifest:
    # Before the database: a seal that is anchored meanwhile would seem cut off.
    if anchor is not None:
        shutil.copyfile(anchor, folder / ANCHOR)
    _copy_releases(folder / RELEASES)
    file = folder / DATABASES[connection.vendor]
    rows = ENGINES[connection.vendor].dump(connection, file)
    applied = MigrationRecorder(connection).applied_migrations()
    found = Manifest(
        made_at=timezone.now().isoformat(timespec="seconds"),
        database=connection.vendor,
        migrations=sorted(f"{app}.{name}" for app, name in applied),
        rows=rows,
        public_keys=signing.trusted_keys(),
        files=hashes(folder),
    )
    found.write(folder)
    return found


def _copy_releases(folder: Path) -> None:
    """Damaged ones too: their files are evidence, and can still be mended."""
    folder.mkdir()
    for version in releases.folders():
        shutil.copytree(settings.MODEL_DIR / version, folder / version)
    current = settings.MODEL_DIR / releases.CURRENT
    if current.is_file():
        shutil.copyfile(current, folder / releases.CURRENT)
