"""The image's ENTRYPOINT as process 1 of a container: the kernel drops a signal there
that nobody has a handler for yet."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.image import DOCKERFILE
from tests.server import ROOT, children, free_port

[WORDS] = re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)
ENTRYPOINT = [word.replace("/app", str(ROOT), 1) for word in json.loads(WORDS)]
ALONE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
MARK = "time.sleep(600)"


def _is_possible() -> bool:
    if not shutil.which("unshare") or not shutil.which(ENTRYPOINT[0]):
        return False
    return not subprocess.run([*ALONE, "true"], capture_output=True).returncode


pytestmark = pytest.mark.skipif(
    not _is_possible(), reason="needs tini, and Linux's right to make a process 1"
)


@pytest.fixture
def start(tmp_path):
    begun: list[subprocess.Popen[bytes]] = []

    def run(*words: str) -> subprocess.Popen[bytes]:
        begun.append(
            subprocess.Popen(
                [*ALONE, *ENTRYPOINT, *words],
                env={
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                    "SECRET_KEY": "0123456789abcdef" * 4,
                    "DATA_DIR": str(tmp_path),
                    "PORT": str(free_port()),
                },
                stderr=subprocess.DEVNULL,
            )
        )
        return begun[0]

    yield run
    for process in begun:
        process.kill()
        process.wait()


def ended_by_term_once(
    process: subprocess.Popen[bytes], runs: Callable[[str], bool]
) -> int:
    """The exit code; it is sent as soon as such a command runs there, as a child of
    the init: that one's own words tell the command before it has its handler."""
    last = time.monotonic() + 60
    while time.monotonic() < last:
        for first in children(process.pid):
            if any(map(runs, children(first).values())):
                os.kill(first, signal.SIGTERM)
                return process.wait(timeout=20)
        time.sleep(0.005)
    raise AssertionError("it never ran")


def test_a_command_of_manage_ends_when_it_is_told_to(start):
    process = start("manage", "shell", "-c", f"import time; {MARK}")

    assert ended_by_term_once(process, lambda command: MARK in command) == 143


@pytest.mark.long
def test_a_server_that_is_still_starting_ends_when_it_is_told_to(start):
    process = start("web")

    ended_by_term_once(process, lambda command: "gunicorn technova.wsgi" in command)
