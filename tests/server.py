"""A real gunicorn on a real socket, with a database of its own."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests import watched

ROOT = Path(__file__).parent.parent
SECRET = "TheKeyOfTheTestsThatTalkToARealServerOverASocket"
PASSWORD = "une-phrase-de-passe-sans-valeur"

DATABASE = "server.sqlite3"
NOT_BEFORE = {
    *("SEAL_EVERY", "SUMMARISE_EVERY", "GUNICORN_CMD_ARGS", "LOG_FORMAT"),
    *("ADMIN_TOTP_REQUIRED", "METRICS_TOKEN", "TIME_ZONE", "TZ", "TMPDIR"),
}
"""Variables that only what serves reads, nothing that prepares its database."""

prepared: dict[tuple[str, ...], bytes] = {}
watched.secrets |= {SECRET, PASSWORD}


def free_port() -> int:
    """None that the kernel gives to clients: one might have it before our server."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(holds: Callable[[], object]) -> None:
    """Wait for something that comes soon, or never."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it never came")


def runs(pid: int) -> bool:
    """Also False for one that has ended and that nobody has asked about yet."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


def children(pid: int) -> dict[int, str]:
    """Its child processes and their command lines; Linux alone tells."""
    found = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                found[int(child)] = b" ".join(words).decode()
    return found


class Server:
    """The service as an operator starts it, on SQLite in `folder`.

    It has the invented employees, a key with all scopes (`SECRET`) and the logins
    admin, auditor and manager (`PASSWORD`); `variables` go into its environment.
    """

    program: tuple[str, ...] = ("manage.py",)
    root = ROOT

    def __init__(
        self,
        folder: Path,
        workers: int = 2,
        config: Path = ROOT / "technova" / "gunicorn.py",
        **variables: str,
    ) -> None:
        self.environment = self.surroundings(folder) | variables
        self._prepare(folder / DATABASE, as_usual=variables.keys() <= NOT_BEFORE)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder / "gunicorn.log"
        watched.files[self.log] = 0
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "technova.wsgi"),
                    *("--config", str(config)),
                    *("--bind", f"127.0.0.1:{port}", "--workers", str(workers)),
                ],
                cwd=self.root,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def surroundings(self, folder: Path) -> dict[str, str]:
        return {
            **os.environ,
            "DOTENV": "false",
            "SECRET_KEY": "a-key-for-tests-only-and-fifty-characters-long-at-least",
            "DATABASE_URL": f"sqlite:///{folder / DATABASE}",
            "API_KEY": SECRET,
            "ADMIN_PASSWORD": PASSWORD,
            "AUDITOR_PASSWORD": PASSWORD,
            "MANAGER_PASSWORD": PASSWORD,
        }

    def _prepare(self, database: Path, *, as_usual: bool) -> None:
        """What each would have prepared alike is prepared once a process."""
        as_usual &= self.environment.get("DATABASE_URL") == f"sqlite:///{database}"
        if as_usual and self.program in prepared:
            database.write_bytes(prepared[self.program])
            return
        self.manage("migrate", "--skip-checks", "--verbosity", "0")
        self.manage("bootstrap", "--demo")
        if as_usual:
            prepared[self.program] = database.read_bytes()

    def _wait(self) -> None:
        for _ in range(300):
            assert self.process.poll() is None, self.log.read_text()
            try:
                urllib.request.urlopen(f"{self.address}/health").close()
            except urllib.error.URLError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text())

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *self.program, *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, path: str, body: object = None, method: str | None = None):
        """The answer's JSON. Raises HTTPError for a refusal."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.address + path, data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def workers(self) -> list[int]:
        return [
            pid
            for pid, command in children(self.process.pid).items()
            if command and "manage.py" not in command
        ]

    def running(self, name: str) -> list[int]:
        """The processes of a command beside the workers."""
        return [
            pid
            for pid, command in children(self.process.pid).items()
            if name in command
        ]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code; a second time changes nothing."""
        self.process.send_signal(how)
        return self.process.wait(timeout=60)
