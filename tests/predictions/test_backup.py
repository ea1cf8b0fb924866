"""Backup, loss, restore, verification: by the two commands, on either database."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from predictions.backup.manifest import MANIFEST
from predictions.database import triggers
from predictions.models import LogCheck, Prediction, Source
from predictions.proof import sealing, signing
from predictions.services import Caller, Record, predict
from tests import own_database
from tests.factories import seed_features
from tests.predictions.tampering import without_triggers
from tests.predictions.test_seals import KEY
from tests.server import ROOT

pytestmark = pytest.mark.skipif(
    connection.vendor == "postgresql" and not shutil.which("pg_dump"),
    reason="pg_dump is not installed",
)


@pytest.fixture
def log(committing, settings, shipped_releases, tmp_path) -> Path:
    """Three rows, two of them sealed and anchored; the anchor."""
    settings.SEAL_SIGNING_KEY = KEY
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    shutil.copytree(shipped_releases, settings.MODEL_DIR)
    anchor = tmp_path / "anchor"
    for place in range(3):
        if place == 2:
            call_command("seal_log", anchor=anchor, verbosity=0)
        predict([Record(seed_features(), 669 + place)], caller=Caller(Source.API))
    return anchor


@pytest.fixture
def backup(log, tmp_path) -> Path:
    folder = tmp_path / "backup"
    call_command("backup_log", folder, anchor=log)
    return folder


@pytest.fixture
def empty(backup, settings, tmp_path):
    """All is lost: another database without a table, no release."""
    shutil.rmtree(settings.MODEL_DIR)
    if connection.vendor == "sqlite":
        with own_database.using(str(tmp_path / "new.sqlite3")):
            yield
        return
    name = f"technova_restored_{os.getpid()}_{tmp_path.name[-20:]}".lower()
    name = re.sub(r"\W", "_", name)
    own_database.run_on_server(f"CREATE DATABASE {name}")
    try:
        with own_database.using(name):
            yield
    finally:
        own_database.run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


def tables() -> list[str]:
    return connection.introspection.table_names()


def test_all_is_put_back_and_verified(backup, empty, settings, capsys):
    call_command("restore_log", backup)

    printed = capsys.readouterr().out
    assert "Rien d'anormal." in printed
    assert Prediction.objects.count() == 3
    assert triggers.missing(connection) == []
    check = LogCheck.objects.get()
    assert (check.rows, check.waiting, check.findings) == (3, 1, 0)
    assert check.has_keys
    assert check.has_anchor
    assert (settings.MODEL_DIR / "CURRENT").is_file()
    # It serves on: the next row has the next number.
    [row] = predict([Record(seed_features(), 669)], caller=Caller(Source.API))
    assert row.pk == max(Prediction.objects.values_list("pk", flat=True))


def test_no_private_key_is_in_it_and_the_public_one_is(backup):
    public = signing.trusted_keys()

    assert json.loads((backup / MANIFEST).read_text())["public_keys"] == public
    for file in filter(Path.is_file, backup.rglob("*")):
        assert KEY.encode() not in file.read_bytes()


def test_only_its_owner_reads_it(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700


def test_a_folder_that_is_there_is_not_replaced(backup, log):
    before = (backup / MANIFEST).read_bytes()

    with pytest.raises(CommandError, match="existe déjà"):
        call_command("backup_log", backup, anchor=log)

    assert (backup / MANIFEST).read_bytes() == before


def test_a_backup_that_fails_leaves_nothing(log, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("backup_log", tmp_path / "failed", anchor=tmp_path / "nowhere")

    assert not list(tmp_path.glob("failed*"))


def test_what_must_not_be_put_back_changes_nothing(backup, empty, settings):
    file = next(backup.glob("database.*"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with pytest.raises(CommandError, match=file.name):
        call_command("restore_log", backup)
    file.write_bytes(whole)
    assert not settings.MODEL_DIR.exists()

    manifest = backup / MANIFEST
    ours = manifest.read_text()
    found = json.loads(ours)
    found["migrations"].append("predictions.9999_of_tomorrow")
    manifest.write_text(json.dumps(found))
    with pytest.raises(CommandError, match="9999_of_tomorrow"):
        call_command("restore_log", backup)
    manifest.write_text(ours)

    # Another release of the same name.
    other = settings.MODEL_DIR / "1.1.0" / "model_card.json"
    other.parent.mkdir(parents=True)
    other.write_text("{}")
    with pytest.raises(CommandError, match=r"model_card\.json"):
        call_command("restore_log", backup)
    assert other.read_text() == "{}"

    assert tables() == []
    other.unlink()
    call_command("restore_log", backup)  # and nothing was spoilt by trying


def test_nothing_is_put_over_a_log(backup):
    with pytest.raises(CommandError, match="vide"):
        call_command("restore_log", backup)

    assert Prediction.objects.count() == 3


def test_a_log_that_was_spoilt_is_put_back_and_ends_with_1(log, tmp_path, settings):
    with without_triggers():
        Prediction._base_manager.filter(pk=1).update(proba_depart=0.99)
    folder = tmp_path / "spoilt"
    call_command("backup_log", folder, anchor=log)
    kept = connection.settings_dict["NAME"]

    with pytest.raises(SystemExit) as ended:
        restore_elsewhere(folder, tmp_path, kept)

    assert ended.value.code == 1


def restore_elsewhere(folder: Path, tmp_path: Path, kept: str) -> None:
    name = f"{kept}_again"
    if connection.vendor == "sqlite":
        with own_database.using(f"{kept}_again"):
            call_command("restore_log", folder)
        return
    own_database.run_on_server(f"CREATE DATABASE {name}")
    try:
        with own_database.using(name):
            call_command("restore_log", folder)
    finally:
        own_database.run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_newer_anchor_says_what_the_backup_lacks(backup, log, empty_after_seal):
    with pytest.raises(SystemExit) as ended:
        call_command("restore_log", backup, anchor=log)

    assert ended.value.code == 1


@pytest.fixture
def empty_after_seal(backup, log, request):
    """One more seal is anchored, and then all is lost."""
    call_command("seal_log", anchor=log, verbosity=0)
    assert sealing.seal_once(None) is None
    return request.getfixturevalue("empty")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_nothing_is_put_back_where_the_role_that_serves_cannot_be_made(backup, empty):
    owner, role = (f"technova_{uuid.uuid4().hex[:8]}" for _ in range(2))
    at = own_database.url(connection.settings_dict["NAME"])
    own_database.run_on_server(f"CREATE ROLE {owner} LOGIN")
    try:
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", "restore_log", backup],
            env={
                **os.environ,
                "DATABASE_URL": re.sub("//[^@]*", f"//{role}", at),
                "DATABASE_OWNER_URL": re.sub("//[^@]*", f"//{owner}", at),
            },
            capture_output=True,
            text=True,
        )
    finally:
        own_database.run_on_server(f"DROP ROLE {owner}")

    assert done.returncode == 1
    assert f"There is no role {role}" in done.stderr
    assert tables() == []
