"""The words of the Makefile: each exists, and none leaves half of its work behind."""

import base64
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parent.parent / "Makefile"


@pytest.fixture
def make(tmp_path):
    """Run make in an empty folder, where every tool is a stub that always fails."""
    shutil.copy(MAKEFILE, tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("requirements/base.txt", "requirements/dev.txt"):
        (tmp_path / name).touch()
    for name in (".venv/base", ".venv/dev"):
        (tmp_path / name).touch()
    stub = tmp_path / ".venv" / "bin" / "uv"
    stub.write_text("#!/bin/sh\necho called >> calls\nexit 3\n")
    stub.chmod(0o755)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        # Not this process's: under `make test` it holds the outer make's flags.
        environment = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            ["make", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )

    return run


def test_every_word_has_a_rule_and_a_line_of_help(make):
    [words] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE.read_text(), re.MULTILINE)

    listed = [line.split()[0] for line in make("help").stdout.splitlines()]

    assert sorted(listed) == sorted(words.split())


def test_secrets_that_could_not_be_made_leave_no_empty_file(make, tmp_path):
    assert make(".env.local", "PYTHON=false").returncode != 0
    assert not (tmp_path / ".env.local").exists()


def test_the_secrets_that_are_made_are_long_enough(make, tmp_path):
    make(".env.local", "PYTHON=python3")

    found = dict(
        line.split("=", 1)
        for line in (tmp_path / ".env.local").read_text().splitlines()[1:]
    )
    assert len(found["SECRET_KEY"]) >= 50
    assert len(found["API_KEY"]) >= 32
    assert len(base64.b64decode(found["SEAL_SIGNING_KEY"])) == 32


def test_a_lock_that_fails_stops_there(make, tmp_path):
    assert make("lock").returncode != 0
    assert (tmp_path / "calls").read_text() == "called\n"


def test_a_port_that_is_taken_is_said_before_anything_is_done(make, tmp_path):
    (tmp_path / "technova").mkdir()
    shutil.copy(MAKEFILE.parent / "technova" / "port.py", tmp_path / "technova")
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> calls\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = make("serve", f"PORT={port}")
    calls = (tmp_path / "calls").read_text().splitlines()
    make("serve", f"PORT={port}")  # it is free now

    said = found.stderr.splitlines()
    assert said[0] == f"PORT {port} is taken: PORT=… make serve takes another."
    assert len(said) == 2  # make's own line
    assert calls == [f"-m technova.port 127.0.0.1 {port}"]
    assert "manage.py migrate" in (tmp_path / "calls").read_text()
