"""Requests that nobody means well with, the same ones for the same seed."""

import json
import random
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.attack.values import (
    ADMIN,
    FILES,
    HEADERS,
    METHODS,
    NAMES,
    OPEN,
    TYPES,
    VALUES,
)
from tests.predictions.routes import ROUTES
from tests.predictions.samples import BAD
from tests.predictions.test_api_bad_body import BODIES
from tests.server import SECRET


class Sent(NamedTuple):
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def raw(self) -> bytes:
        """As it goes over the socket: what is no HTTP too."""
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        given = {name.lower() for name, _ in self.headers}
        if "host" not in given:
            lines.append("Host: localhost")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body and not given & {"content-length", "transfer-encoding"}:
            lines.append(f"Content-Length: {len(self.body)}")
        head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        return head + b"\r\n\r\n" + self.body


class Hostile:
    """Makes one request after the other; `cookie` is of somebody logged in."""

    def __init__(self, seed: int, cookie: str, token: str) -> None:
        self._random = random.Random(seed)
        self._person = (("Cookie", cookie), ("X-CSRFToken", token))
        self._bodies = [body for body, _ in BODIES.values() if len(body) < 10_000]
        self._bodies += FILES

    def next(self) -> Sent:
        pick = self._random.choice
        kind = self._random.random()
        if kind < 0.7:
            method, path = pick(list(ROUTES))
            key = self._random.random() < 0.75
            headers = [("X-API-Key", SECRET)] if key else []
        elif kind < 0.9:
            method, path = pick(["GET", "GET", "POST"]), pick(ADMIN)
            headers = list(self._person) if self._random.random() < 0.8 else []
        else:
            method, path, headers = "GET", pick(OPEN), []
        if self._random.random() < 0.05:
            method = pick(METHODS)
        headers += [pick(HEADERS) for _ in range(pick([0, 0, 0, 1, 1, 2, 4]))]
        body = self._body(path) if method not in ("GET", "HEAD") else b""
        if body or self._random.random() < 0.1:
            plain = self._random.random() < 0.7
            headers.append(("Content-Type", TYPES[0] if plain else pick(TYPES)))
        return Sent(method, self._path(path) + self._query(), tuple(headers), body)

    def _path(self, path: str) -> str:
        for place in ("{employee_id}", "{id}", "{}", "{}"):
            path = path.replace(place, self._value(), 1)
        return path

    def _query(self) -> str:
        count = self._random.choice([0, 0, 0, 1, 1, 2, 5, 40])
        pairs = (
            f"{quote(self._random.choice(NAMES))}={self._value()}" for _ in range(count)
        )
        return "?" + "&".join(pairs) if count else ""

    def _value(self) -> str:
        value = self._random.choice(VALUES)
        # What is escaped already stays so, half of it wrongly.
        return quote(value, safe="%;=<>{}$'[]:+-")

    def _body(self, path: str) -> bytes:
        kind = self._random.random()
        if kind < 0.3:
            return self._random.choice(self._bodies)
        if path.startswith(("/admin", "/session", "/i18n")):
            return self._form()
        features = self._features()
        body: Any = {"features": features}
        if kind > 0.6:
            name = self._random.choice(["records", "employees", "employee_ids", "all"])
            body = {name: [body | {"employee_id": self._any()}, self._any()]}
        if kind > 0.9:
            body = self._any()
        sent = json.dumps(body).encode()
        return sent if kind < 0.95 else self._broken(sent)

    def _features(self) -> dict[str, Any]:
        some = self._random.sample(list(BAD.values()), self._random.randint(1, 5))
        good = {"revenu_mensuel": 3000, "poste": "Manager", "age": 30}
        wrong = {} if self._random.random() < 0.3 else {n: v for n, v, _ in some}
        return {str(name): value for name, value in (good | wrong).items()}

    def _any(self) -> Any:
        return self._random.choice(
            [None, True, 0, -1, 669, 1.5, 2**63, 10**80, "", "669", [], {}, [[]], "é"]
        )

    def _form(self) -> bytes:
        names = ["csrfmiddlewaretoken", "username", "password", "action", "employee_id"]
        names += ["_selected_action", "purpose", "owner", "scopes", "features", "next"]
        names += ["age", "revenu_mensuel", "file", "language", "index", "_save", "post"]
        pairs = [f"{name}={self._value()}" for name in self._random.sample(names, 6)]
        return "&".join(pairs).encode("utf-8", "surrogateescape")

    def _broken(self, sent: bytes) -> bytes:
        place = self._random.randrange(len(sent))
        return sent[:place] + self._random.randbytes(3) + sent[place:]
