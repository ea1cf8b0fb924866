"""Real message brokers for the tests that are about them."""

import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import free_port, until

RABBITMQ = ("127.0.0.1", 5672)


def answers(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


@contextmanager
def redis(folder: Path) -> Iterator[dict[str, str]]:
    """A Redis of the test's own, as the environment that names it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server is installed")
    port = free_port()
    words = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with (folder / "redis.log").open("w") as log:
        process = subprocess.Popen(words, cwd=folder, stdout=log)
    try:
        until(lambda: answers(("127.0.0.1", port)))
        yield {"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    finally:
        process.kill()
        process.wait()


@contextmanager
def rabbitmq(folder: Path) -> Iterator[dict[str, str]]:
    """A queue of the test's own on the RabbitMQ that runs here."""
    if not answers(RABBITMQ):
        pytest.skip("no RabbitMQ answers on 127.0.0.1:5672")
    from kombu import Connection, Queue

    url = "amqp://guest:guest@127.0.0.1:5672//"
    queue = f"technova_test_{uuid.uuid4().hex[:12]}"
    try:
        yield {"CELERY_BROKER_URL": url, "CELERY_QUEUE": queue}
    finally:
        with Connection(url) as connection:
            Queue(queue).bind(connection.default_channel).delete()


BROKERS = {"redis": redis, "rabbitmq": rabbitmq}
