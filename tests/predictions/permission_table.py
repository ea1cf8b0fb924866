"""docs/permissions.md as tests read it, and the addresses that it has to name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import URLResolver, get_resolver

from predictions.roles import ROLES

DOCUMENT = settings.BASE_DIR / "docs" / "permissions.md"
SUPERUSER, NOBODY = "Superuser", "Nobody"
PEOPLE = (*ROLES, SUPERUSER)
EVERYBODY = (*PEOPLE, NOBODY)
NOT_CALLS = ("admin/", "session/", "i18n/")
ENTRY = re.compile(r"`(GET|POST|PUT|PATCH) (/[^`]*?)(?: (\w+))?`")


@dataclass(frozen=True)
class Row:
    """One address of a row, and what the row says of it, by column."""

    method: str
    address: str
    action: str
    says: dict[str, str]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.address, self.action)))

    def path(self, records: dict[str, object]) -> str:
        return re.sub(r"{([^}]*)}", lambda name: str(records[name[1]]), self.address)

    @property
    def shape(self) -> str:
        return shape(self.address.split("?")[0])


def pages() -> list[Row]:
    return list(_addresses("Pages and actions"))


def calls() -> list[Row]:
    return list(_addresses("Calls of the API by people"))


def seen() -> dict[str, dict[str, str]]:
    lines = _lines("What is seen of values")
    return {line["What"]: line for line in lines}


def held_back() -> dict[str, dict[str, str]]:
    return {line["Login"]: line for line in _lines("Logins that are held back")}


def _addresses(heading: str) -> Iterator[Row]:
    for line in _lines(heading):
        cell = line.get("Address") or line["Call"]
        assert ENTRY.sub("", cell).strip(", ") == "", f"Not an address: {cell}"
        for method, address, action in ENTRY.findall(cell):
            says = {who: line[who] for who in EVERYBODY}
            yield Row(method, address, action, says)


def _lines(heading: str) -> Iterator[dict[str, str]]:
    """Each line of the tables under a heading, its cells by the column's title."""
    text = DOCUMENT.read_text(encoding="utf-8")
    [part] = [p for p in text.split("\n## ") if p.startswith(f"{heading}\n")]
    titles: list[str] = []
    for line in part.splitlines():
        if not line.startswith("|"):
            titles = []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if titles and not set(cells) <= {"---"}:
            yield dict(zip(titles, cells, strict=True))
        titles = titles or cells


def shape(address: str) -> str:
    """An address without what it is about."""
    return re.sub(r"<[^>]*>|{[^}]*}", "{}", address)


def served(*, back_office: bool) -> dict[str, str]:
    """The shapes of all addresses of `urls.py`, and their routes."""
    return {
        shape(address): route
        for route in _routes(get_resolver())
        if route.startswith(NOT_CALLS) == back_office
        for address in _written_out(f"/{route}")
    }


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        else:
            yield route


def _written_out(route: str) -> Iterator[str]:
    """The two of Django's addresses that are regular expressions, as the others are."""
    whole = re.sub(r"\(\?P<(\w+)>\.\*\)\$", r"<\1>", route)
    listed = re.search(r"\^\(\?P<\w+>([\w|]+)\)/\$", whole)
    if listed is None:
        yield whole
        return
    for name in listed[1].split("|"):
        yield f"{whole[: listed.start()]}{name}/"
