"""What a container's start makes, keeps and warns of, before Django."""

import base64
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from technova import container
from tests.server import ROOT

MOUNTS = """\
27 1 254:0 / / rw,relatime - overlay overlay rw
31 27 0:30 / /tmp rw - tmpfs tmpfs rw
32 27 254:1 /volumes/x /data rw,relatime shared:1 - ext4 /dev/vda rw
33 27 254:1 /volumes/y /with\\040space rw - ext4 /dev/vda rw
34 32 0:31 / /data/scratch rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("folder", "lasts"),
    [
        ("/data", True),
        ("/data/deep/er", True),
        ("/with space", True),
        ("/data/scratch", False),
        ("/database", False),
        ("/tmp/data", False),
        ("/app/var", False),
    ],
)
def test_only_a_mounted_disk_outlives_the_container(folder, lasts):
    assert container.persists(Path(folder), MOUNTS) == lasts


@pytest.mark.parametrize(
    ("kind", "contained", "lasts"),
    [("ext4", False, True), ("btrfs", True, False), ("overlay", False, False)],
)
def test_a_machines_own_disk_lasts(monkeypatch, tmp_path, kind, contained, lasts):
    marker = tmp_path / "marker"
    marker.write_text("") if contained else None
    monkeypatch.setattr(container, "MARKERS", (marker,))

    found = container.persists(tmp_path, f"27 1 254:0 / / rw - {kind} {kind} rw\n")

    assert found == lasts


def test_what_a_link_points_to_decides(tmp_path):
    (tmp_path / "link").symlink_to("/data")

    assert container.persists(tmp_path / "link" / "deep", MOUNTS)


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start in this process, in front of a disk that lasts, or does not."""

    def run(command: str = "web", *, lasts: bool = True, **variables: str) -> None:
        mounts = tmp_path / "mounts"
        line = f"32 27 254:1 / {tmp_path} rw - ext4 /dev/vda rw\n" if lasts else ""
        mounts.write_text("27 1 254:0 / / rw - overlay overlay rw\n" + line)
        monkeypatch.setattr(container, "MOUNTS", mounts)
        monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
        for name in ("SECRET_KEY", "SEAL_SIGNING_KEY", "DATABASE_URL", "SEAL_EVERY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        container.main(command)

    return run


def test_a_first_start_makes_what_it_lacks_and_the_next_keeps_it(
    start, tmp_path, capsys
):
    start()
    first = [(tmp_path / "data" / n).read_text() for n in container.env.KEPT]
    said = capsys.readouterr().err
    start()

    assert [(tmp_path / "data" / n).read_text() for n in container.env.KEPT] == first
    assert len(first[0]) >= 50
    assert len(base64.b64decode(first[1])) == 32
    assert "SECRET_KEY is not set" in said
    assert "SEAL_SIGNING_KEY is not set" in said
    assert not any(secret in said for secret in first)


def test_what_is_given_is_not_made(start, tmp_path, capsys):
    start(SECRET_KEY="x" * 50, SEAL_SIGNING_KEY="y" * 44)

    assert list((tmp_path / "data").iterdir()) == []
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("command", "every", "makes"),
    [
        ("web", "60", True),
        ("web", "0", False),
        ("sealer", "", True),
        ("worker", "60", False),
    ],
)
def test_only_who_seals_makes_a_key_for_it(start, tmp_path, command, every, makes):
    start(command, SEAL_EVERY=every)

    assert (tmp_path / "data" / "SEAL_SIGNING_KEY").exists() == makes


def test_no_signing_key_is_made_that_would_be_lost(start, tmp_path, capsys):
    start(lasts=False)

    assert not (tmp_path / "data" / "SEAL_SIGNING_KEY").exists()
    assert "no signatures" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "no key", "A" * 43, "\xff"])
def test_a_damaged_signing_key_is_one_line_that_names_its_file(start, tmp_path, text):
    key = tmp_path / "data" / "SEAL_SIGNING_KEY"
    key.parent.mkdir()
    key.write_text(text, encoding="latin-1")

    with pytest.raises(ImproperlyConfigured, match=f"^{key} is "):
        start()

    assert key.read_text(encoding="latin-1") == text


def test_a_damaged_secret_is_one_line_that_names_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "")
    (tmp_path / "SECRET_KEY").write_bytes(b"\xff" * 50)

    with pytest.raises(ImproperlyConfigured, match=f"^{tmp_path / 'SECRET_KEY'} is "):
        container.env.read_kept(tmp_path)


@pytest.mark.parametrize(
    ("lasts", "url", "loud"),
    [
        (False, "", True),
        (False, "sqlite:////other/log.sqlite3", True),
        (True, "sqlite:////other/log.sqlite3", True),
        (True, "", False),
        (False, "postgresql://u:p@db/log", False),
    ],
)
def test_a_log_that_will_be_lost_is_a_loud_warning(start, capsys, lasts, url, loud):
    start(lasts=lasts, DATABASE_URL=url)

    assert ("THE LOG WILL BE LOST" in capsys.readouterr().err) == loud


def test_starts_at_once_agree_on_one_secret(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    makers = [lambda n=n: str(n) * 64 for n in range(8)]

    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(container.made, tmp_path, "SECRET_KEY", m) for m in makers]

    assert all(future.result() for future in made)
    assert len(set((tmp_path / "SECRET_KEY").read_text())) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_secret_that_could_not_be_made_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    def interrupted() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        container.made(tmp_path, "SECRET_KEY", interrupted)

    assert list(tmp_path.iterdir()) == []


def test_releases_of_the_image_join_those_that_are_there(start, tmp_path):
    folder = tmp_path / "releases"
    (folder / "1.1.0").mkdir(parents=True)
    (folder / "CURRENT").write_text("2026.1\n")

    start(MODEL_DIR=str(folder))

    assert sorted(p.name for p in folder.iterdir()) == ["1.0.0", "1.1.0", "CURRENT"]
    assert (folder / "1.0.0" / "scorecard.json").is_file()
    assert list((folder / "1.1.0").iterdir()) == []
    assert (folder / "CURRENT").read_text() == "2026.1\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("WEB_CONCURRENCY", "many"),
        ("DATABASE_WAIT", "-1"),
        ("SEAL_EVERY", "often"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
    ],
)
def test_nonsense_ends_the_start_with_one_line(tmp_path, name, value):
    found = entrypoint("web", DATA_DIR=str(tmp_path), **{name: value})

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert name in found.stderr
    assert "hunter2" not in found.stderr


def test_a_volume_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()

    found = entrypoint("web", DATA_DIR=str(tmp_path / "file" / "data"))

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "must be able to write there" in found.stderr


def test_an_unknown_release_ends_the_start_and_names_those_there_are(tmp_path):
    found = entrypoint("web", DATA_DIR=str(tmp_path), MODEL_VERSION="v1")

    assert found.returncode == 1
    last = found.stderr.splitlines()[-1]
    assert "MODEL_VERSION is 'v1'" in last
    assert "1.0.0, 1.1.0" in last
    assert not list(tmp_path.glob("*.sqlite3"))


def test_an_unknown_command_names_those_there_are():
    found = entrypoint("serve")

    assert found.returncode == 64
    assert "web, worker, sealer or manage, not 'serve'" in found.stderr


def test_manage_is_any_command_with_the_secrets_that_are_kept(tmp_path):
    (tmp_path / "SECRET_KEY").write_text("k" * 50)
    script = "from django.conf import settings; print(settings.SECRET_KEY)"

    found = entrypoint(
        *("manage", "shell", "--verbosity", "0", "-c", script), DATA_DIR=str(tmp_path)
    )

    assert found.stdout == "k" * 50 + "\n"


def test_only_the_environment_is_read(tmp_path):
    for name in ("docker", "technova"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("attrition", "predictions", "ml_artifacts"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / ".env").write_text("TIME_ZONE=Asia/Tokyo\n")
    script = "from django.conf import settings; print(settings.TIME_ZONE)"

    found = entrypoint(
        *("manage", "shell", "--verbosity", "0", "-c", script),
        root=tmp_path,
        SECRET_KEY="k" * 50,
        DOTENV="true",
    )

    assert found.stdout == "Europe/Paris\n"


def entrypoint(
    *words: str, root: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [root / "docker" / "entrypoint.sh", *words],
        env={"PATH": path, "LANGUAGE_CODE": "en", **variables},
        capture_output=True,
        text=True,
    )
