"""docker/healthcheck.py: the server is asked by a name that it serves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.server import ROOT, free_port


class Answers(BaseHTTPRequestHandler):
    status = 200
    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def port(monkeypatch) -> Iterator[int]:
    monkeypatch.setattr(Answers, "asked", [])
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def check(port: int, allowed_hosts: str = "") -> int:
    return subprocess.run(
        [sys.executable, ROOT / "docker" / "healthcheck.py"],
        env={**os.environ, "PORT": str(port), "ALLOWED_HOSTS": allowed_hosts},
        stderr=subprocess.DEVNULL,
    ).returncode


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("", "localhost"),
        ("*", "localhost"),
        ("hr.example.org", "hr.example.org"),
        (" *, .example.org,other.example.org", "example.org"),
    ],
)
def test_the_server_is_asked_by_a_name_that_it_serves(port, allowed, host):
    assert check(port, allowed) == 0
    assert Answers.asked == [("/health", host)]


@pytest.mark.parametrize(("status", "healthy"), [(301, True), (500, False)])
def test_only_an_error_of_the_servers_own_is_ill(monkeypatch, port, status, healthy):
    monkeypatch.setattr(Answers, "status", status)

    assert (check(port) == 0) == healthy


def test_silence_is_ill():
    assert check(free_port()) != 0
