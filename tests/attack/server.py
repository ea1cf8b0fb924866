"""What attacks on a running server share."""

import contextlib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.nginx import Proxy
from tests.server import SECRET, Server

SMALLEST = 2048  # bytes that a slow reader's socket takes at once


def connected(
    server: Server | Proxy,
    timeout: float = 30,
    source: str = "127.0.0.1",
    receives: int | None = None,
) -> socket.socket:
    """From `source`, any address of this machine's, with so small a buffer."""
    address = urlsplit(server.address)
    connection = socket.socket()
    connection.settimeout(timeout)
    if receives is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    connection.bind((source, 0))
    connection.connect((address.hostname, address.port))
    return connection


@contextlib.contextmanager
def many(
    server: Server | Proxy, count: int, sent: bytes, receives: int | None = None
) -> Iterator[list[socket.socket]]:
    """So many connections at once, each of which has sent this and stays.

    Each comes from an address of its own.
    """
    with contextlib.ExitStack() as stack:
        held = []
        for number in range(count):
            source = f"127.1.{number // 250}.{number % 250 + 1}"
            connection = connected(server, source=source, receives=receives)
            held.append(stack.enter_context(connection))
        for connection in held:
            connection.sendall(sent)
        yield held


def answer_to(server: Server | Proxy, request: bytes) -> bytes:
    """Everything that comes back until the server hangs up; the key for `%k`."""
    with connected(server) as connection:
        connection.sendall(request.replace(b"%k", SECRET.encode()))
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def status_of(answer: bytes) -> int | None:
    """None for no answer at all."""
    return int(answer.split(b" ", 2)[1]) if answer else None
