"""A steady load: so many requests a second, whatever becomes of them."""

import json
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from tests.clients import question
from tests.server import SECRET

THREADS = 160
EVERY = 2.0  # seconds between the requests of a thread: 80 a second together
"""So long that one who waits for an answer delays no request."""


@dataclass(frozen=True)
class Answer:
    """`status` is 0 for none; times are of time.monotonic()."""

    sent: float
    came: float
    status: int
    code: str

    @property
    def seconds(self) -> float:
        return self.came - self.sent


@dataclass
class Load:
    """From `with` on until its end."""

    address: str
    answers: list[Answer] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._enough = threading.Event()
        self._threads = [
            threading.Thread(target=self._send_on, args=[number])
            for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def during(self, since: float, until: float) -> list[Answer]:
        """Those whose request was sent then."""
        return [one for one in list(self.answers) if since <= one.sent < until]

    def _send_on(self, number: int) -> None:
        netloc = urlsplit(self.address).netloc
        due = time.monotonic() + EVERY * number / THREADS
        with closing(HTTPConnection(netloc, timeout=60)) as connection:
            while not self._enough.wait(max(due - time.monotonic(), 0)):
                due = max(due + EVERY, time.monotonic())
                number += THREADS
                self.answers.append(self._send(connection, number))

    def _send(self, connection: HTTPConnection, number: int) -> Answer:
        headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}
        sent = time.monotonic()
        try:
            body = json.dumps(question(number))
            connection.request("POST", "/predict", body, headers)
            with connection.getresponse() as response:
                answer, status = json.loads(response.read()), response.status
        except (HTTPException, OSError, ValueError):
            connection.close()
            return Answer(sent, time.monotonic(), 0, "")
        code = answer["errors"][0]["code"] if "errors" in answer else ""
        return Answer(sent, time.monotonic(), status, code)
