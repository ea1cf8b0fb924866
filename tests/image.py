"""The image without Docker: the files that it copies, read-only, and its entrypoint."""

import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import watched
from tests.server import ROOT, SECRET, Server, free_port, until

USER = 1000
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
AS_USER = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
AS_BARE_ROOT = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
needed = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="only Linux's root starts the entrypoint as the image's user",
)


def copied() -> list[tuple[str, str]]:
    """What the Dockerfile copies from the repository, and where to."""
    found = []
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, target = words.split()
        found += [(source, target) for source in sources]
    return found


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps it out; the last line that fits decides."""
    out = False
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        names = [path, *map(str, Path(path).parents)][:-1]
        if pattern.startswith("**/"):
            fits = any(fnmatch.fnmatch(Path(n).name, pattern[3:]) for n in names)
        else:
            fits = any(fnmatch.fnmatch(name, pattern) for name in names)
        if fits:
            out = line == pattern
    return out


def build(folder: Path) -> Path:
    """What the image has in /app, as nobody may change it."""
    app = folder / "app"
    for source, target in copied():
        if target.startswith("/"):
            continue  # what only the build needs
        inside = ROOT / source
        files = [p for p in inside.rglob("*") if p.is_file()] or [inside]
        for file in files:
            name = file.relative_to(ROOT)
            if ignored(str(name)):
                continue
            place = app / target / file.relative_to(inside)
            if inside.is_file():
                place = app / target / file.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
    for folder_or_file in (app, *app.rglob("*")):
        folder_or_file.chmod(folder_or_file.stat().st_mode & 0o555 | 0o444)
    return app


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not tmp_path: another user can't enter there."""
    with tempfile.TemporaryDirectory(prefix="technova_image_") as name:
        Path(name).chmod(0o755)
        yield Path(name)
        watched.forget(Path(name))


def data_folder(folder: Path) -> Path:
    """A volume, the image's user its owner."""
    data = folder / "data"
    data.mkdir()
    os.chown(data, USER, USER)
    return data


class Container(Server):
    """The entrypoint as the image starts it: its user, and no variable but these."""

    def __init__(
        self,
        app: Path,
        data: Path,
        *words: str,
        programs: Path = Path(sys.executable).parent,
        port: int = 0,
        **variables: str,
    ) -> None:
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        handle, name = tempfile.mkstemp(prefix="log-", dir=data.parent)
        self.log = Path(name)
        watched.files[self.log] = 0
        self.environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DOTENV": "false",
            "LANGUAGE_CODE": "en",
            "DATA_DIR": str(data),
            "PORT": str(self.port),
            "API_KEY": SECRET,
            **variables,
        }
        command = as_user(programs / "python", self.environment)
        if command == AS_BARE_ROOT:
            os.chown(data, 0, 0)
        with os.fdopen(handle, "w") as log:
            self.process = subprocess.Popen(
                [*command, str(app / "docker" / "entrypoint.sh"), *words],
                cwd="/",
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ready(self) -> "Container":
        until(lambda: self.process.poll() is not None or self._answers())
        assert self.process.poll() is None, self.said()
        return self

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/health").close()
        except urllib.error.URLError:
            return False
        return True

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def end(self) -> int:
        if self.process.poll() is None:
            self.stop(signal.SIGTERM)
        return self.process.returncode


def as_user(program: Path, environment: dict[str, str]) -> list[str]:
    """As the image's user; as a root that may no more than its own files let it, where
    nobody else can reach the program."""
    for command in (AS_USER, AS_BARE_ROOT):
        tried = [*command, "sh", "-c", f"{program} -c ''"]
        if not subprocess.run(tried, env=environment, capture_output=True).returncode:
            return command
    raise AssertionError(f"{program} can't be started.")
