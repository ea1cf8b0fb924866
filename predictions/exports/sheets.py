"""Predictions as a workbook: one sheet with the rows, one with what to know."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from attrition.errors import AttritionError
from predictions.exports.cells import as_text, is_number
from predictions.exports.columns import (
    Column,
    demonstration,
    is_demonstration,
    of_answer,
    of_values,
)
from predictions.models import Prediction
from predictions.sight import Sight

MOST_ROWS = 100_000
"""Below the titles. A sheet has room for ten times as many, and who waits for one has
nothing before the last row is written."""
EXACT = 10**15  # whole numbers from here on lose digits in a spreadsheet
WIDTH = 18  # characters
FIRST_DAY = 1900  # a spreadsheet knows no time before
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class TooManyRows(AttritionError):
    """More than `MOST_ROWS`."""


class Unrounded(float):
    """XlsxWriter writes 16 digits of a number; some need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def write(
    file: IO[bytes], rows: Iterable[Prediction], seen: Sight, about: Sequence[str]
) -> None:
    """Write the workbook; `about` are lines of the second sheet.

    Raises TooManyRows, and what reading `rows` does.
    """
    columns = [*of_answer(), *(of_values(seen) if seen.values else ())]
    with (
        TemporaryDirectory() as folder,
        Workbook(file, {**OPTIONS, "tmpdir": folder}) as book,
    ):
        sheet = book.add_worksheet(_("Predictions"))
        versions = _write_rows(book, sheet, columns, rows)
        _write_about(book, [*about, *map(demonstration, sorted(versions))])


def _write_rows(
    book: Workbook,
    sheet: Worksheet,
    columns: Sequence[Column],
    rows: Iterable[Prediction],
) -> set[str]:
    """Returns the versions of the demonstration models among them."""
    title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, WIDTH)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, _title(column), title)
    versions = set()
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise TooManyRows
        for place, column in enumerate(columns):
            _write(sheet, number, place, column.of(row), time)
        if is_demonstration(row):
            versions.add(row.model_version)
    return versions


def _title(column: Column) -> str:
    """A sheet's times have no zone: the title has it."""
    if not column.is_time:
        return column.heading
    return f"{column.heading} ({get_current_timezone_name()})"


def _write(sheet: Worksheet, row: int, place: int, value: Any, time: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime) and value.year >= FIRST_DAY:
        sheet.write_datetime(row, place, value.replace(tzinfo=None), time)
    elif isinstance(value, datetime):
        sheet.write_string(row, place, value.isoformat())
    elif is_number(value) and abs(value) < EXACT:
        exact = Unrounded(value) if isinstance(value, float) else value
        sheet.write_number(row, place, exact)
    elif text := as_text(value):
        sheet.write_string(row, place, _no_markup(text))


def _no_markup(text: str) -> str:
    """XlsxWriter takes a text from <r> to </r> for the XML of formatted text."""
    return f"'{text}" if text.startswith("<r>") else text


def _write_about(book: Workbook, lines: Sequence[str]) -> None:
    sheet = book.add_worksheet(_("To know"))
    wrapped = book.add_format({"text_wrap": True})
    sheet.set_column(0, 0, 5 * WIDTH, wrapped)
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, _no_markup(line), wrapped)
