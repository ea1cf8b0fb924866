"""Greps what the suite logs, gunicorn included, for what no log may hold.

After each test: what this process has logged meanwhile, at the level and with the
formatter of production, and what has come to the logs of servers that tests started.
"""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from attrition.features import FIELDS
from technova.logs import JSONFormatter, LineFormatter
from tests import watched
from tests.factories import SEED

SHORTEST = 8
TEXTS = {
    value
    for row in json.loads(SEED.read_text(encoding="utf-8"))
    for value in row["fields"]["features"].values()
    if isinstance(value, str) and len(value) > 8  # "Oui" is a word of ours too
}
NAMES = "|".join(re.escape(field.name) for field in FIELDS)


def _first_words() -> str:
    """What stands before an id in a path of ours: `employees/`, `admin/…/employee/`."""
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str = "") -> None:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif "<" in route:
                found.add(route.partition("<")[0])

    walk(get_resolver().url_patterns)
    return "|".join(re.escape(route) for route in sorted(found) if route.endswith("/"))


PATTERNS = {
    "a path with an id": rf"(?<![\w.])/?(?:{_first_words()})[0-9a-f-]*\d[\w-]*",
    "a query": r"\?[a-z_]+=[^\s\"']",
    # A worker of Celery says how long it took, in as many digits.
    "a probability": r"\b[01]\.\d{8,}(?![\ds])",
    "a payload": r"[\"']features[\"']\s*:",
    "a field with its value": rf"[\"' ,{{](?:{NAMES})[\"']?\s*[:=]\s*[\"']?[\w-]",
    "an employee's identifier": r"\b(?:E_\d{3}|emp_\w{8,})",
    "a password in a URL": r"://[^/\s:@]+:(?!\*\*@)[^/\s@]+@",
}
COMPILED = {what: re.compile(pattern) for what, pattern in PATTERNS.items()}


def findings(text: str) -> Iterator[str]:
    """What stands in it that may not, each with the beginning of its line."""
    # A test's "aaa" stands in many an id.
    secrets = {s for s in (*watched.secrets, settings.SECRET_KEY) if len(s) >= SHORTEST}
    for what, words in (("a value of a payload", TEXTS), ("a secret", secrets)):
        for word in words:
            if (start := text.find(word)) >= 0:
                yield f"{what}: {_line(text, start)}"
    for what, pattern in COMPILED.items():
        if found := pattern.search(text):
            yield f"{what}: {_line(text, found.start())}"


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    return text[start : text.find("\n", at) + 1 or None].rstrip("\n")[:500]


class Kept(logging.Handler):
    """Each record as both formatters write it: the greps have to hold of either."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self._formatters = [LineFormatter(), JSONFormatter()]

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [formatter.format(record) for formatter in self._formatters]


kept = Kept()
grepped = 0
"""Lines, by this process."""


def _news() -> str:
    """What was logged since it was asked last."""
    global grepped
    found, kept.lines = kept.lines, []
    text = "\n".join([*found, *watched.news()])
    grepped += text.count("\n")
    return text


@pytest.fixture(scope="session", autouse=True)
def _logs_are_kept() -> Iterator[None]:
    logging.getLogger().addHandler(kept)
    yield
    logging.getLogger().removeHandler(kept)
    # Servers of a whole module have ended since the last test.
    _refuse(_news())


@pytest.fixture(autouse=True)
def _nothing_of_anybody_is_logged(request) -> Iterator[None]:
    """Fails the test in which something was logged that no log may hold."""
    yield
    text = _news()
    if request.node.get_closest_marker("logs_values") is None:
        _refuse(text)


def _refuse(text: str) -> None:
    if found := list(findings(text)):
        pytest.fail("In a log, and may not be:\n" + "\n".join(found), pytrace=False)
