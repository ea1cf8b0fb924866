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
SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Cell = tuple[str, str]
"""The type of a cell, "n" for a number, and its text."""


def ask(client, query: str = "", language: str = "fr", **chosen):
    """What the page's form sends; a purpose and CSV where nothing else is said."""
    address = f"{ADDRESS}?{query}" if query else ADDRESS
    headers = {"accept-language": language}
    token = client.get(address, headers=headers).context["csrf_token"]
    sent = {"purpose": "audit", "format": "csv", "csrfmiddlewaretoken": str(token)}
    return client.post(address, sent | chosen, headers=headers)


def content(answer) -> bytes:
    """The whole file."""
    assert answer.status_code == 200
    assert answer.streaming, unescape(answer.content.decode())
    return b"".join(answer.streaming_content)


def words(answer) -> str:
    """The words of a page; no-break spaces are plain ones."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(text).split())


def table(data: bytes, separator: str = ";") -> list[dict[str, str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return list(csv.DictReader(text, delimiter=separator, strict=True))


def objects(data: bytes) -> list[dict]:
    return [json.loads(line) for line in data.decode().splitlines()]


def workbook(data: bytes) -> list[dict[str, Cell]]:
    """The rows of the first sheet by title; an empty cell is not there."""
    [titles, *rows] = sheet(data, 1)
    return [
        {titles[column][1]: cell for column, cell in row.items() if column in titles}
        for row in rows
    ]


def sheet(data: bytes, number: int) -> list[dict[str, Cell]]:
    """The cells of each row by the letters of their column."""
    with ZipFile(io.BytesIO(data)) as book:
        assert not [name for name in book.namelist() if "externalLink" in name]
        tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    for what in ("f", "hyperlink"):  # formulas and links
        assert not list(tree.iter(f"{SPREADSHEET}{what}"))
    return [
        {cell.get("r").rstrip("0123456789"): _cell(cell) for cell in row}
        for row in tree.iter(f"{SPREADSHEET}row")
    ]


def _cell(cell) -> Cell:
    text = "".join(cell.itertext())
    plain = re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)
    return cell.get("t", "n"), plain


def looks(action: str) -> list[Access]:
    return list(Access.objects.filter(action=action).order_by("pk"))


def named(look: Access) -> list[int]:
    return sorted(seen.employee_id for seen in look.employees.all())
