"""A PostgreSQL of the tests' own, which they may crash and start again."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.server import children, free_port

PLACES = ("usr/lib/postgresql/*/bin/initdb", "usr/local/pgsql/bin/initdb")
SETTINGS = """
port = {port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
"""
"""fsync and synchronous_commit stay as they come: a crash must mean something."""


def programs() -> Path | None:
    """Where initdb and pg_ctl are, the newest."""
    found = [path.parent for place in PLACES for path in Path("/").glob(place)]
    if by_path := shutil.which("initdb"):
        found.append(Path(by_path).parent)
    return max(found, key=_version, default=None)


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdecimal() else 0


def _missing() -> str:
    """Why there can be no cluster here."""
    if programs() is None:
        return "PostgreSQL's own programs are not installed"
    if os.geteuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL refuses root, and there is no runuser"
    return ""


needs_postgres = pytest.mark.skipif(bool(_missing()), reason=_missing())


class Cluster:
    """One that runs, with an empty database; the user postgres needs no password."""

    def __init__(self, settings: str = "") -> None:
        self._programs = programs()
        # Not tmp_path: PostgreSQL refuses root, and another user can't enter there.
        self.folder = Path(tempfile.mkdtemp(prefix="technova_cluster_"))
        self.data = self.folder / "data"
        self._as_other: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
            self._as_other = ["runuser", "-u", "nobody", "--"]
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8")
        self.port = free_port()
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(port=self.port) + settings)
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "start")

    def stop(self, how: str) -> None:
        """`immediate` is a crash: nothing is written that was not yet."""
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def freeze(self) -> None:
        """All its processes stand still: the kernel takes calls, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        first = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        for pid in (first, *children(first)):  # it starts no further ones
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, which)

    def rows(self, query: str, *values: object) -> list[tuple]:
        """What a query finds, past the service."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, values).fetchall()

    def remove(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), "-D", str(self.data), *arguments]
        done = subprocess.run(
            [*self._as_other, *command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
