"""Clients that go on asking while those who answer are killed."""

import itertools
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from tests.factories import seed_features
from tests.server import SECRET

CLIENTS = 32
PAUSE = 0.1  # seconds before a client that was refused goes on
MOST_BROKEN = 1000  # connections of one request: then nothing serves any more


@dataclass
class Asked:
    """What became of one request, which is known by its `employee_id`."""

    employee_id: int
    answers: list[dict] = field(default_factory=list)
    refusals: list[tuple[int, dict]] = field(default_factory=list)
    broken: int = 0  # connections
    was_lost: bool = False  # its first answer, on the way from a row to the client


class Clients:
    """They ask from `with` on until its end, each over one connection kept open.

    With `keys`, a request without an answer is sent again under its Idempotency-Key
    until it has one; without, it stays unanswered.
    """

    def __init__(self, address: str, *, first_id: int, keys: bool) -> None:
        self.asked: list[Asked] = []
        self._netloc = urlsplit(address).netloc
        self._ids = itertools.count(first_id)
        self._keys = keys
        self._enough = threading.Event()
        self._pool = ThreadPoolExecutor(CLIENTS)

    def __enter__(self) -> "Clients":
        self._running = [self._pool.submit(self._ask_on) for _ in range(CLIENTS)]
        return self

    def __exit__(self, *error: Any) -> None:
        self._enough.set()
        self._pool.shutdown()
        self.check()

    def check(self) -> None:
        """Raise what ended a client before its time."""
        for client in self._running:
            if client.done():
                client.result()

    @property
    def refused(self) -> int:
        return sum(len(asked.refusals) for asked in list(self.asked))

    def _ask_on(self) -> None:
        with closing(HTTPConnection(self._netloc, timeout=60)) as connection:
            while not self._enough.is_set():
                asked = Asked(next(self._ids))
                self.asked.append(asked)
                self._ask(connection, asked)

    def _ask(self, connection: HTTPConnection, asked: Asked) -> None:
        headers = {"X-API-Key": SECRET, "Content-Type": "application/json"}
        if not self._keys:
            self._send(connection, asked, headers)
            return
        headers["Idempotency-Key"] = str(uuid.uuid4())
        # Once answered, some ask again all the same.
        wanted = 2 if asked.employee_id % 10 == 0 else 1
        while len(asked.answers) < wanted:
            assert asked.broken < MOST_BROKEN
            self._send(connection, asked, headers)

    def _send(
        self, connection: HTTPConnection, asked: Asked, headers: dict[str, str]
    ) -> None:
        body = json.dumps(question(asked.employee_id))
        try:
            connection.request("POST", "/predict", body, headers)
            with connection.getresponse() as response:
                answer = json.loads(response.read())
        except (HTTPException, OSError, ValueError):  # no answer, or half of one
            connection.close()
            asked.broken += 1
            return
        if response.status == 200:
            if not asked.answers:
                asked.was_lost = "Idempotent-Replayed" in response.headers
            asked.answers.append(answer)
        else:
            asked.refusals.append((response.status, answer))
            time.sleep(PAUSE)


def question(employee_id: int) -> dict:
    """Hardly two that score alike: a row of another request would show."""
    features = seed_features() | {
        "age": 18 + employee_id % 43,
        "revenu_mensuel": 1000 + employee_id % 19_000,
        "distance_domicile_travail": 1 + employee_id % 29,
        "heure_supplementaires": ("Oui", "Non")[employee_id % 2],
    }
    return {"features": features, "employee_id": employee_id}
