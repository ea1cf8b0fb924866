"""The filtered list as a file: what is in it, in each format and language."""

import json
from datetime import UTC, datetime

import pytest

from attrition.features import FIELDS
from attrition.field import Extract
from predictions.proof import sealing, signing
from tests.factories import EmployeeFactory, seed_features
from tests.predictions.exported import (
    ask,
    content,
    objects,
    sheet,
    table,
)

NOON = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
ALONE = "Un score n'est jamais une décision à lui seul."


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


def cells(data: bytes, row: int = 1) -> dict[str, tuple[str, str]]:
    """One row of a workbook by title; the titles name the columns by their letters."""
    import io
    from xml.etree import ElementTree
    from zipfile import ZipFile

    from tests.predictions.exported import SHEET, _cell

    with ZipFile(io.BytesIO(data)) as book:
        tree = ElementTree.parse(book.open("xl/worksheets/sheet1.xml"))
    rows = list(tree.iter(f"{SHEET}row"))
    letters = {
        "".join(filter(str.isalpha, c.get("r"))): _cell(c)[1] for c in list(rows[0])
    }
    return {
        letters["".join(filter(str.isalpha, c.get("r")))]: _cell(c)
        for c in list(rows[row])
    }
