"""How long a request waits for PostgreSQL: never for one that does not answer.

A server that is stopped refuses at once. One that is frozen, or behind a network that
swallows what is sent, says nothing: a thread that waits for it is lost to everybody
else, and a few are all there are. So a statement that has been silent for a second asks
whether the server takes calls at all. If not, the connection is given up, and until a
call is taken again every request is refused at once, but for one at a time that looks.
A server that takes calls is only slow: it is waited for up to `LONGEST`.

Commands, batches and migrations are not bound: they may wait for hours.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import psycopg
from django.core.signals import request_finished, request_started
from django.dispatch import receiver

logger = logging.getLogger(__name__)

SILENT = 1.0  # seconds until a statement's silence is suspect
TAKEN = 0.7  # seconds for a call to be taken
AGAIN = 1.0  # seconds between looks at a server that took none
LONGEST = 10.0  # seconds of one statement
CANCELLED = 1.0  # seconds to tell the server that nobody waits any more

SSL_REQUEST = (8).to_bytes(4) + (80_877_103).to_bytes(4)
"""What PostgreSQL and its poolers answer with one byte, before anybody logs in."""

Address = tuple[socket.AddressFamily, Any]

here = threading.local()
"""Of each thread: `is_serving` while it works on a request."""


@receiver(request_started)
def begin(**kwargs: Any) -> None:
    here.is_serving = True


@receiver(request_finished)
def end(**kwargs: Any) -> None:
    here.is_serving = False


def is_serving() -> bool:
    return getattr(here, "is_serving", False)


class ServerSilent(psycopg.OperationalError):
    """It takes no calls, or a statement took too long."""


class Doubt:
    """Whether the server was found silent, for all threads of a process."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._next_look: float | None = None

    def begin(self) -> None:
        if not self.is_on:
            logger.error("The database takes no calls: requests are refused until then")
        self._next_look = time.monotonic() + AGAIN

    @property
    def is_on(self) -> bool:
        return self._next_look is not None

    def settle(self, addresses: Sequence[Address]) -> None:
        """Nothing while all is well; else look again, when it is time and nobody does.

        Raises ServerSilent.
        """
        due = self._next_look
        if due is None:
            return
        if time.monotonic() >= due and self._looking.acquire(blocking=False):
            try:
                if takes_calls(addresses):
                    logger.warning("The database takes calls again.")
                    self._next_look = None
                    return
                self.begin()
            finally:
                self._looking.release()
        raise ServerSilent("the server takes no calls")


doubt = Doubt()


def takes_calls(addresses: Sequence[Address]) -> bool:
    """Whether the server says anything; that it is nowhere is an answer as well."""
    is_silent = False
    for family, place in addresses:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as call:
                call.settimeout(TAKEN)
                call.connect(place)
                call.sendall(SSL_REQUEST)
                call.recv(1)
        except (TimeoutError, BlockingIOError):  # the latter: a Unix socket's is full
            is_silent = True
        except OSError:
            continue  # it is not there: libpq tries the next one too
        else:
            return True
    return not is_silent


def before_connecting(parameters: dict[str, Any]) -> None:
    """In a request, call the server before it is waited for. Raises ServerSilent."""
    if not is_serving() or not (addresses := _addresses(parameters)):
        return
    doubt.settle(addresses)
    if not takes_calls(addresses):
        doubt.begin()
        raise ServerSilent("the server takes no calls")


def _addresses(parameters: dict[str, Any]) -> list[Address]:
    """None where libpq finds it elsewhere, or is to try several hosts."""
    host = str(parameters.get("host") or "")
    port = str(parameters.get("port") or 5432)
    if not host or "," in host or "hostaddr" in parameters:
        return []
    if host.startswith("/"):
        return [(socket.AF_UNIX, f"{host}/.s.PGSQL.{port}")]
    try:
        found = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [(family, place) for family, _, _, _, place in found]


def bound(connection: "psycopg.Connection[Any]") -> "psycopg.Connection[Any]":
    """Let its statements, in a request, wait no longer than is said above."""
    usual = connection.wait

    def wait(work: Any, *args: Any, **kwargs: Any) -> Any:
        if is_serving():
            work = _watched(connection, work)
        return usual(work, *args, **kwargs)

    # Of this connection alone: psycopg has no class of waiting to pass to it.
    connection.wait = wait  # type: ignore[method-assign, assignment]
    return connection


def _watched(
    connection: "psycopg.Connection[Any]", work: Generator[Any, Any, Any]
) -> Generator[Any, Any, Any]:
    """psycopg's generator, looked after ten times a second while nothing comes."""
    # Before the statement is sent: then nobody needs to wonder what became of it.
    if doubt.is_on and (peer := _peer(connection)):
        try:
            doubt.settle(peer)
        except ServerSilent:
            connection.close()
            raise
    began = time.monotonic()
    suspect = began + SILENT
    try:
        wanted = next(work)
        while True:
            is_ready = yield wanted
            if not is_ready and (now := time.monotonic()) >= suspect:
                _give_up_if_silent(connection, now - began)
                suspect = now + SILENT
            wanted = work.send(is_ready)
    except StopIteration as done:
        return done.value


def _give_up_if_silent(connection: "psycopg.Connection[Any]", waited: float) -> None:
    if not takes_calls(_peer(connection)):
        doubt.begin()
        connection.close()
        raise ServerSilent("the server takes no calls")
    if waited >= LONGEST:
        try:
            connection.cancel_safe(timeout=CANCELLED)
        except psycopg.Error as error:
            logger.error("A statement goes on unheard: %s", type(error).__name__)
        connection.close()
        raise ServerSilent("the statement took too long")


def _peer(connection: "psycopg.Connection[Any]") -> list[Address]:
    """None of a connection that was reset: psycopg finds that, and says so."""
    with closing(socket.socket(fileno=os.dup(connection.fileno()))) as own:
        try:
            return [(own.family, own.getpeername())]
        except OSError:
            return []
