"""What attacks on a running server share."""

import contextlib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.server import SECRET, Server


def connected(server: Server, timeout: float = 30) -> socket.socket:
    address = urlsplit(server.address)
    return socket.create_connection((address.hostname, address.port), timeout=timeout)


@contextlib.contextmanager
def many(server: Server, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many connections at once, each of which has sent this and stays."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connected(server)) for _ in range(count)]
        for connection in held:
            connection.sendall(sent)
        yield held


def answer_to(server: Server, request: bytes) -> bytes:
    """Everything that comes back until the server hangs up; the key for `%k`."""
    with connected(server) as connection:
        connection.sendall(request.replace(b"%k", SECRET.encode()))
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def status_of(answer: bytes) -> int | None:
    """None for no answer at all."""
    return int(answer.split(b" ", 2)[1]) if answer else None
