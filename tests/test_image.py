"""The image's files, as far as they can be judged without Docker."""

import re
import shutil
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest

from tests import image
from tests.server import ROOT

HADOLINT = Path(sys.executable).parent / "hadolint"
SCRIPTS = sorted((ROOT / "docker").glob("*.sh"))
NAME = attrgetter("name")


def test_the_dockerfile_is_clean():
    done = subprocess.run(
        [HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True
    )

    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("script", SCRIPTS, ids=NAME)
def test_scripts_of_the_image_are_plain_sh(script):
    assert script.read_text().startswith("#!/bin/sh\n")


@pytest.mark.parametrize("path", [*SCRIPTS, ROOT / ".github/deploy_space.sh"], ids=NAME)
def test_scripts_are_clean(path):
    assert path.stat().st_mode & 0o111
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(["shellcheck", path], capture_output=True, text=True)
    assert done.stdout == ""


@pytest.mark.parametrize(("source", "target"), image.copied())
def test_what_is_copied_is_there_and_not_ignored(source, target):
    assert (ROOT / source).exists()
    assert not image.ignored(source)


@pytest.mark.parametrize(
    "path",
    [
        *(
            ".git/config",
            ".env",
            ".env.local",
            "var/technova.sqlite3",
            "tests/image.py",
        ),
        *("docs/model-card.md", "attrition/.env.local", "fixtures/people.csv"),
        *("predictions/__pycache__/x.pyc", "README.md", "docker-compose.yml"),
    ],
)
def test_what_is_no_part_of_it_stays_out(path):
    assert image.ignored(path)


def test_the_last_stage_has_no_compiler_no_cache_and_no_root():
    _, first, last, backup, default = image.DOCKERFILE.split("\nFROM ")

    assert default == "serve\n"
    assert last.startswith("python:3.12-slim AS serve\n")
    assert "postgres" not in last
    assert "\nUSER 1000\n" in backup
    assert "--no-cache-dir --only-binary :all:" in first
    assert "--require-hashes" in first
    assert "pip" not in last
    assert re.findall("apt-get install (.*) &&", last) == [
        "--yes --no-install-recommends tini"
    ]
    assert "\nUSER 1000\n" in last
    assert "\nEXPOSE 7860\n" in last


def test_a_program_of_ours_imports_nothing_that_stays_out(tmp_path):
    app = image.build(tmp_path)

    found = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=app,
        env={"DOTENV": "false", "SECRET_KEY": "x" * 50, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert found.returncode == 0, found.stderr
    assert not list(app.rglob("tests"))
