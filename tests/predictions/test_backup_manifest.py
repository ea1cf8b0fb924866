"""A backup is put back only as it was made: every file by its hash."""

import pytest

from predictions.backup import manifest
from predictions.backup.manifest import MANIFEST, BackupRefused, Manifest

FILES = ("database.dump", "anchor.jsonl", "ml_artifacts/1.1.0/scorecard.json")
DAMAGES = {
    "a byte changed": lambda file: file.write_bytes(b"x" + file.read_bytes()[1:]),
    "cut short": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "missing": lambda file: file.unlink(),
    "a folder in its place": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.fixture
def backup(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"contents of {name}")
    Manifest(
        made_at="2026-01-31T12:00:00+00:00",
        database="postgresql",
        migrations=["predictions.0001_initial"],
        rows={"predictions": 3},
        public_keys=[],
        files=manifest.hashes(tmp_path),
    ).write(tmp_path)
    return tmp_path


def test_a_whole_backup_is_read(backup):
    assert manifest.read(backup).files.keys() == set(FILES)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_not_as_it_was_is_named(backup, damage, name):
    damage(backup / name)

    with pytest.raises(BackupRefused, match=name):
        manifest.read(backup)


def test_a_file_that_nobody_backed_up_is_named(backup):
    (backup / "ml_artifacts" / "2.0.0").mkdir()
    (backup / "ml_artifacts" / "2.0.0" / "pipeline.joblib").write_bytes(b"")

    with pytest.raises(BackupRefused, match=r"pipeline\.joblib"):
        manifest.read(backup)


def test_a_link_to_a_folder_is_named(backup, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "pipeline.joblib").write_bytes(b"")
    (backup / "ml_artifacts" / "2.0.0").symlink_to(other)

    with pytest.raises(BackupRefused, match=r"2\.0\.0"):
        manifest.read(backup)


@pytest.mark.parametrize(
    "text", [None, b"", b"{", b'{"format": 2}', b"[]", b"\xff\xfe"], ids=repr
)
def test_a_folder_without_a_manifest_is_no_backup(backup, text):
    (backup / MANIFEST).unlink()
    if text is not None:
        (backup / MANIFEST).write_bytes(text)

    with pytest.raises(BackupRefused, match=MANIFEST):
        manifest.read(backup)


def test_a_backup_without_files_is_none(tmp_path):
    with pytest.raises(BackupRefused):
        manifest.read(tmp_path / "nowhere")
