"""gunicorn's threaded worker, which slow clients can't hold.

gunicorn gives a connection to a thread before a request has come, waits there for as
long as it takes, and closes some connections in the one loop that accepts the others.
So a hundred of them, each with half a request, keep everybody else out. Here a thread
is given a request whose head has come; bodies and answers must move on; and a
connection is closed beside the others.
"""

import errno
import socket
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

HEAD_SECONDS = 10  # for the whole head of a request
LONGEST_HEAD = 64 * 1024  # bytes that are waited for; gunicorn refuses most of these
PATIENCE = 10  # seconds of waiting for a client, in one request and in its answer
SLOWEST = 8 * 1024  # bytes a second: so many give back a second of that
LINGERS = 2  # seconds for a client to take the end of its last answer
REST_SECONDS = 0.05  # for the rest of a body that nobody wanted
MOST_DRAINED = 64 * 1024  # bytes that it may send meanwhile


class PatientSocket(socket.socket):
    """Waits for a client only as long as it moves on."""

    read_waited = written_waited = 0.0

    def begin(self) -> None:
        """Another request."""
        self.read_waited = self.written_waited = 0.0

    def recv(self, size: int, flags: int = 0) -> bytes:
        started = time.monotonic()
        self._wait_at_most(PATIENCE - self.read_waited)
        try:
            data = super().recv(size, flags)
        except TimeoutError:
            raise _too_slow() from None
        waited = time.monotonic() - started - len(data) / SLOWEST
        self.read_waited = max(self.read_waited + waited, 0)
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        left = memoryview(data)
        while left:
            started = time.monotonic()
            self._wait_at_most(PATIENCE - self.written_waited)
            try:
                sent = super().send(left, flags)
            except TimeoutError:
                raise _too_slow() from None
            waited = time.monotonic() - started - sent / SLOWEST
            self.written_waited = max(self.written_waited + waited, 0)
            left = left[sent:]

    def hurry(self, seconds: float) -> None:
        """Wait no longer than that for what is still to be read."""
        self.read_waited = max(self.read_waited, PATIENCE - seconds)

    def _wait_at_most(self, seconds: float) -> None:
        if seconds <= 0:
            raise _too_slow()
        self.settimeout(seconds)

    def recv_now(self, size: int, flags: int = 0) -> bytes:
        """What has come. Raises BlockingIOError where nothing has."""
        return super().recv(size, flags)


def _too_slow() -> OSError:
    # As if it had hung up: gunicorn writes no traceback for that.
    return ConnectionResetError(errno.ECONNRESET, "too slow")


class Connection(TConn):
    sock: PatientSocket
    seen = 0  # bytes of the next request's head
    drained = 0  # bytes since the last answer

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, PatientSocket(fileno=sock.detach()), client, server)
        self.data_ready = True  # no thread has it before

    def head_has_come(self) -> bool:
        """Whether a thread need not wait for the rest of a head, or should see why
        there will be none."""
        try:
            seen = self.sock.recv_now(LONGEST_HEAD, socket.MSG_PEEK)
            is_whole = ends_a_head(seen) or len(seen) >= LONGEST_HEAD
            # Nothing new, and yet readable: it has hung up.
            if is_whole or len(seen) == self.seen:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
                self.seen = 0
                return True
            self.seen = len(seen)
            # What is there already must not make it readable again.
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, self.seen + 1)
        except BlockingIOError:
            pass
        except OSError:
            return True
        return False


def ends_a_head(sent: bytes) -> bool:
    return b"\r\n\r\n" in sent.lstrip(b"\r\n")


class Worker(ThreadWorker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lingering: deque[Connection] = deque()

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ECONNABORTED):
                return
            raise
        self.nr_conns += 1
        self._await_head(Connection(self.cfg, sock, client, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, sock: PatientSocket) -> None:
        """The next request of a connection that was kept."""
        self.poller.unregister(sock)
        self.keepalived_conns.remove(conn)
        self._await_head(conn)

    def _await_head(self, conn: Connection) -> None:
        conn.sock.begin()
        if conn.head_has_come():
            self.enqueue_req(conn)
            return
        conn.timeout = time.monotonic() + HEAD_SECONDS
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, readable)

    def on_pending_socket_readable(self, conn: Connection, sock: PatientSocket) -> None:
        if conn.head_has_come():
            super().on_pending_socket_readable(conn, sock)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        # gunicorn would wait five seconds, in a thread, for who was refused already.
        conn.sock.hurry(REST_SECONDS)
        return super()._keepalive_after(conn, keepalive)

    def finish_request(self, conn: Connection, done: "Future[bool]") -> None:
        if done.cancelled() or not done.result():
            self._linger(conn)
        elif not (left := conn.parser.unreader.buf.getvalue()):
            super().finish_request(conn, done)
        elif ends_a_head(left):  # the next request came with this one
            conn.sock.begin()
            self.enqueue_req(conn)
        else:
            self._linger(conn)

    def _linger(self, conn: Connection) -> None:
        """Close it when the client has read its last answer (RFC 9112, 9.6)."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
        except OSError:  # it has hung up
            self._close(conn)
            return
        conn.timeout = time.monotonic() + LINGERS
        self.lingering.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))

    def _drain(self, conn: Connection, sock: PatientSocket) -> None:
        data = b""
        with suppress(OSError):
            data = sock.recv_now(MOST_DRAINED)
        conn.drained += len(data)
        if not data or conn.drained >= MOST_DRAINED:
            self.lingering.remove(conn)
            self.poller.unregister(sock)
            self._close(conn)

    def murder_pending(self) -> None:
        """Called once a second or more often."""
        super().murder_pending()
        while self.lingering and self.lingering[0].timeout <= time.monotonic():
            conn = self.lingering.popleft()
            self.poller.unregister(conn.sock)
            self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()
