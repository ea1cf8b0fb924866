"""Puts a backup into an empty database and a folder of releases."""

import filecmp
import shutil
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from attrition import releases
from predictions.backup import manifest
from predictions.backup.counting import row_counts
from predictions.backup.making import ENGINES
from predictions.backup.manifest import DATABASES, RELEASES, BackupRefused, Manifest
from predictions.monitoring.readiness import known_migrations


def restore(connection: BaseDatabaseWrapper, folder: Path) -> Manifest:
    """Check everything first, then the database, then the releases.

    Raises BackupRefused or OSError. Before a release is touched the database is whole.
    """
    found = manifest.read(folder)
    _check_kind(found, connection)
    _check_empty(connection)
    _check_releases(folder / RELEASES)
    file = folder / DATABASES[connection.vendor]
    ENGINES[connection.vendor].put_back(connection, file.resolve())
    _check_rows(found, connection)
    _copy_releases(folder / RELEASES)
    return found


def _check_kind(found: Manifest, connection: BaseDatabaseWrapper) -> None:
    if found.database != connection.vendor:
        raise BackupRefused(
            _("This is a backup of %(theirs)s, and DATABASE_URL names %(ours)s.")
            % {"theirs": found.database, "ours": connection.vendor}
        )
    ours = {"attrition", "predictions"}
    known = {f"{app}.{name}" for app, name in known_migrations()}
    newer = [m for m in found.migrations if m not in known and m.split(".")[0] in ours]
    if newer:
        raise BackupRefused(
            _(
                "A newer version has made this backup (%(names)s): install that one, "
                "then put it back."
            )
            % {"names": ", ".join(newer)}
        )


def _check_empty(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor, include_views=True)
    if there:
        raise BackupRefused(
            _(
                "The database is not empty, it has a table %(name)s: a backup is put "
                "back into an empty one. Nothing was changed."
            )
            % {"name": there[0]}
        )


def _check_releases(folder: Path) -> None:
    others = [
        str(place)
        for file, place in _pairs(folder)
        if place.exists() and not filecmp.cmp(file, place, shallow=False)
    ]
    if others:
        raise BackupRefused(
            _(
                "%(files)s would be replaced by another file of the backup: move them "
                "away, or let MODEL_DIR name an empty folder. Nothing was changed."
            )
            % {"files": ", ".join(others)}
        )


def _check_rows(found: Manifest, connection: BaseDatabaseWrapper) -> None:
    there = row_counts(connection)
    wrong = [table for table, count in found.rows.items() if there.get(table) != count]
    if wrong:
        text = _("Rows of %(tables)s are missing or too many: don't serve from it.")
        raise BackupRefused(text % {"tables": ", ".join(wrong)})


def _copy_releases(folder: Path) -> None:
    """The folders, and then what says which of them serves."""
    for file, place in _pairs(folder):
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
    current = folder / releases.CURRENT
    if current.is_file():
        draft = settings.MODEL_DIR / f"{releases.CURRENT}.new"
        shutil.copyfile(current, draft)
        draft.replace(settings.MODEL_DIR / releases.CURRENT)


def _pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Each release's files, and where they belong."""
    return [
        (file, settings.MODEL_DIR / file.relative_to(folder))
        for file in sorted(folder.glob("*/**/*"))
        if file.is_file()
    ]
