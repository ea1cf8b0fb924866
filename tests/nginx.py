"""The proxy that ships, in front of a server: Debian's nginx for the image's."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import watched
from tests.server import ROOT, Server, free_port, until

FOLDER = ROOT / "docker" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
COMMAND = ["-p", "{prefix}", "-e", "stderr", "-c", "{file}", "-g"]
# Of root's nginx, processes of somebody else could not write into the test's folder.
DIRECTIVES = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")

is_there = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


class Proxy:
    """As docker-compose.yml starts it, with another port and another upstream.

    `changes` are made to technova.conf besides: what stands there, and what instead.
    """

    def __init__(
        self, upstream: str, folder: Path, changes: Mapping[str, str] | None = None
    ) -> None:
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        text = (FOLDER / "technova.conf").read_text(encoding="utf-8")
        own = {
            "web:7860": urlsplit(upstream).netloc,
            "listen 8080": f"listen 127.0.0.1:{port}",
        }
        for old, new in (own | dict(changes or {})).items():
            assert old in text
            text = text.replace(old, new)
        (folder / "technova.conf").write_text(text, encoding="utf-8")
        file = shutil.copy(FOLDER / "nginx.conf", folder / "nginx.conf")
        self.log = folder / "nginx.log"
        watched.files[self.log] = 0
        places = {"prefix": f"{folder}/", "file": file}
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [NGINX, *(word.format_map(places) for word in COMMAND), DIRECTIVES],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until((folder / "nginx.pid").exists)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@contextmanager
def in_front_of(
    server: Server, folder: Path, changes: Mapping[str, str] | None = None
) -> Iterator[Proxy]:
    proxy = Proxy(server.address, folder, changes)
    try:
        yield proxy
    finally:
        proxy.stop()
