"""The back-office's export, as a browser asks for it, and files read back."""

import csv
import io
import json
import re
from html import unescape
from xml.etree import ElementTree
from zipfile import ZipFile

from django.urls import reverse

from predictions.models import Access

ADDRESS = reverse("admin:export_predictions")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def ask(client, query: str = "", language: str = "fr", **chosen):
    """What the page's form sends; a purpose and CSV where nothing else is said."""
    address = f"{ADDRESS}?{query}" if query else ADDRESS
    headers = {"accept-language": language}
    token = client.get(address, headers=headers).context["csrf_token"]
    sent = {"purpose": "audit", "format": "csv", "csrfmiddlewaretoken": str(token)}
    sent |= chosen
    return client.post(address, sent, headers=headers)


def content(answer) -> bytes:
    assert answer.status_code == 200
    assert answer.streaming, unescape(answer.content.decode())
    return b"".join(answer.streaming_content)


def table(data: bytes, separator: str = ";") -> list[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator, strict=True))


def objects(data: bytes) -> list[dict]:
    return [json.loads(line) for line in data.decode().splitlines()]


def sheet(data: bytes, number: int = 1) -> list[list[tuple[str, str]]]:
    """The cells of each row: their type ("n" for a number) and their text."""
    with ZipFile(io.BytesIO(data)) as book:
        names = book.namelist()
        assert not [name for name in names if "hyperlink" in name.lower()]
        tree = ElementTree.parse(book.open(f"xl/worksheets/sheet{number}.xml"))
    assert not list(tree.iter(f"{SHEET}f"))  # formulas
    return [list(map(_cell, row)) for row in tree.iter(f"{SHEET}row")]


def by_title(rows: list[list[tuple[str, str]]]) -> list[dict[str, tuple[str, str]]]:
    """Only where no cell is empty before the last: an empty one is not written."""
    titles = [text for _, text in rows[0]]
    return [dict(zip(titles, row, strict=False)) for row in rows[1:]]


def _cell(cell) -> tuple[str, str]:
    kind = cell.get("t", "n")
    text = "".join(cell.itertext())
    return kind, re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), text)


def begun() -> Access:
    return Access.objects.get(action="export")


def finished() -> Access:
    return Access.objects.get(action="exported")


def named(look: Access) -> list[int]:
    return sorted(seen.employee_id for seen in look.employees.all())
