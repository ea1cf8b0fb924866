"""The steps of the image's build, and a start from what they make, without Docker.

Python 3.12 stands for the base image's; everything else is the Dockerfile's.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import image
from tests.factories import seed_features
from tests.image import AS_USER, Container, as_user
from tests.server import ROOT

pytestmark = [image.needed, pytest.mark.long]


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """A copy that the image's user can reach."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [*sorted(pyenv.glob("3.12*/bin/python3.12"))]
    if sys.version_info[:2] == (3, 12):
        found.append(Path(sys.executable).resolve())
    if not found:
        pytest.skip("no Python 3.12 on this machine")
    prefix = found[-1].parent.parent
    with image.open_folder() as folder:
        without = shutil.ignore_patterns("test", "tests", "*.a", "__pycache__")
        shutil.copytree(prefix, folder / "python", symlinks=True, ignore=without)
        yield folder / "python" / "bin"


@pytest.fixture(scope="module")
def built(python) -> Iterator[Path]:
    """The Dockerfile's own commands, with the places that they have here."""
    with image.open_folder() as folder:
        app = image.build(folder)
        lines = image.DOCKERFILE.replace("\\\n", " ")
        commands = re.findall(r"^RUN (.*)$", lines.split("\nFROM ")[1], re.MULTILINE)
        for old, new in (
            ("/opt/venv", str(folder / "venv")),
            ("/tmp/base.txt", str(ROOT / "requirements" / "base.txt")),
        ):
            commands = [command.replace(old, new) for command in commands]
        for command in commands:
            done = subprocess.run(
                ["sh", "-euc", command],
                cwd=app,
                env={**os.environ, "PATH": f"{python}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        yield folder


def test_what_is_built_answers_as_the_images_user(built, python):
    programs = built / "venv" / "bin"
    # For a Python that was built with a shared library.
    library = {"LD_LIBRARY_PATH": str(python.parent / "lib")}
    environment = {"PATH": os.environ["PATH"], **library}
    assert as_user(programs / "python", environment) == AS_USER

    with image.open_folder() as folder:
        data = image.data_folder(folder)
        container = Container(built / "app", data, programs=programs, **library)
        try:
            path, body = "/predict", {"features": seed_features()}
            answer = container.ready().call(path, body)
            healthy = subprocess.run(
                [programs / "python", built / "app" / "docker" / "healthcheck.py"],
                env=container.environment,
            )
        finally:
            code = container.end()
        unhealthy = subprocess.run(
            [programs / "python", built / "app" / "docker" / "healthcheck.py"],
            env=container.environment,
            stderr=subprocess.DEVNULL,
        )

    assert answer["stored"]
    assert healthy.returncode == 0
    assert code == 0
    assert unhealthy.returncode != 0


def test_what_is_built_has_no_pip_and_no_compiler(built):
    programs = {path.name for path in (built / "venv" / "bin").iterdir()}

    assert {"python", "gunicorn", "celery"} <= programs
    assert not programs & {"pip", "pip3", "cc", "gcc", "pytest"}
    assert list((built / "app" / "technova" / "__pycache__").iterdir())


def test_a_program_is_compiled_for_a_folder_that_nobody_writes(built):
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run(
            [built / "venv" / "bin" / "python", "-v", "-c", "import technova.env"],
            cwd=built / "app",
            env={"HOME": elsewhere},
            capture_output=True,
            text=True,
        )

    assert "__pycache__/env.cpython-312.pyc matches" in done.stderr
