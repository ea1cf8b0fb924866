"""Where a benchmark runs: a PostgreSQL database of its own, and servers on it."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg

from tests.factories import seed_features
from tests.server import ROOT, SECRET, free_port

DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"
STARTED_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Place:
    """`is_small`: only whether all of it works, in seconds; the figures say nothing."""

    url: str
    folder: Path
    is_small: bool

    @property
    def environment(self) -> dict[str, str]:
        """As in production."""
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "API_KEY": SECRET,
            "DEBUG": "false",
        }

    @property
    def body(self) -> Path:
        """The seed's request."""
        return self.folder / "body.json"

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def count(self, table: str) -> int:
        with psycopg.connect(self.url) as connection:
            [found] = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return found


@contextmanager
def own_place(*, is_small: bool) -> Iterator[Place]:
    """On the server of `DATABASE_URL`; the database is dropped at the end."""
    server = os.environ.get("DATABASE_URL") or DEFAULT
    name = f"technova_bench_{os.getpid()}"
    # PostgreSQL always has this one to connect to.
    maintenance = urlsplit(server)._replace(path="/postgres").geturl()
    try:
        owner = psycopg.connect(maintenance, autocommit=True)
    except psycopg.OperationalError as error:
        sys.exit(f"make bench needs PostgreSQL; DATABASE_URL says which. {error}")
    with owner:
        owner.execute(f"CREATE DATABASE {name}")
        try:
            with TemporaryDirectory() as folder:
                url = urlsplit(server)._replace(path=f"/{name}").geturl()
                place = Place(url, Path(folder), is_small)
                body = json.dumps({"features": seed_features()}, ensure_ascii=False)
                place.body.write_text(body, encoding="utf-8")
                place.manage("migrate", "--skip-checks", "--verbosity", "0")
                place.manage("bootstrap", "--demo")
                yield place
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Running:
    """A server that runs until the end of `with`, and how long it took to answer."""

    def __init__(self, place: Place, command: list[str], *binding: str) -> None:
        self.port = free_port()
        self._place = place
        words = [*command, *(word.format(port=self.port) for word in binding)]
        self._log = place.folder / f"{self.port}.log"
        began = time.perf_counter()
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=ROOT,
                env=place.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._until_it_answers()
        except BaseException:  # Ctrl-C too must leave no server behind
            self.process.kill()
            raise
        self.first_answer = time.perf_counter() - began

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def predict(self) -> dict:
        headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}
        body = self._place.body.read_bytes()
        request = urllib.request.Request(f"{self.address}/predict", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def _until_it_answers(self) -> None:
        for _ in range(STARTED_WITHIN * 100):
            try:
                self.predict()
            except urllib.error.HTTPError as refusal:
                raise RuntimeError(f"{refusal.code}: {self._log.read_text()}") from None
            except (OSError, HTTPException):
                if self.process.poll() is not None:
                    raise RuntimeError(self._log.read_text()) from None
                time.sleep(0.01)
            else:
                return
        raise RuntimeError(f"no answer: {self._log.read_text()}")

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
