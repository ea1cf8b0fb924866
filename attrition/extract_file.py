"""Reads one CSV extract: cells become what JSON would hold, problems get a place."""

import csv
import dataclasses
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attrition import features
from attrition.csv_text import (
    NUMERAL,
    delimiter_of,
    other_than_csv,
    other_than_header,
    plain_number,
)
from attrition.errors import Problem
from attrition.features import SPELLINGS
from attrition.field import Extract, Field, Kind, Value
from attrition.models import HIGHEST_EMPLOYEE_ID
from attrition.typography import titled
from attrition.validation import shortened

TARGET = "a_quitte_l_entreprise"
FILE_NAMES = {extract: f"extrait_{extract}.csv" for extract in Extract}
KEYS = {
    Extract.SIRH: "id_employee",
    Extract.EVAL: "eval_number",
    Extract.SONDAGE: "code_sondage",
}
# Problems after which `rows` still holds everyone who stands in the file.
COMPLETE_DESPITE = {"duplicate_id", "not_an_outcome", "unmatched_row"}
OUTCOMES = {"oui": True, "yes": True, "non": False, "no": False}
IDENTIFIER = re.compile(r"(?:E_)?(\d{1,19})", re.ASCII)


@dataclass(frozen=True)
class Located:
    """A problem and where it stands; line 1 is the header, None the whole file."""

    file: str
    line: int | None
    problem: Problem

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return titled(place, self.problem.message)


@dataclass(frozen=True)
class Row:
    """One line: its number, the features it carries, the outcome if asked for."""

    line: int
    values: dict[str, Value]
    left: bool | None


class ExtractFile:
    """One extract, read whole: `rows` by employee id and everything wrong with it.

    `source` is where it lies, or what it holds.
    """

    def __init__(
        self, extract: Extract, source: Path | bytes, *, with_outcome: bool
    ) -> None:
        self.extract = extract
        self.name = FILE_NAMES[extract]
        self.sha256 = ""
        self.problems: list[Located] = []
        self.ignored_columns: list[str] = []
        self.rows: dict[int, Row] = {}
        self._fields = {f.name: f for f in features.of_extract(extract)}
        self._has_outcome = with_outcome and extract is Extract.SONDAGE
        text = self._text(source)
        if text is not None:
            self._read(text)

    @property
    def is_complete(self) -> bool:
        """Whether who is not in `rows` is not in the file."""
        return {item.problem.code for item in self.problems} <= COMPLETE_DESPITE

    def refuse(self, line: int | None, field: str, code: str, **params: Any) -> None:
        self.problems.append(Located(self.name, line, Problem(field, code, params)))

    def _text(self, source: Path | bytes) -> str | None:
        try:
            content = source if isinstance(source, bytes) else source.read_bytes()
        except OSError:
            self.refuse(None, str(source), "missing_file")
            return None
        self.sha256 = hashlib.sha256(content).hexdigest()
        if code := other_than_csv(content):
            self.refuse(None, self.name, code)
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.refuse(None, self.name, "not_utf8")
            return None

    def _read(self, text: str) -> None:
        first_line = text.split("\n", 1)[0]
        if code := other_than_header(first_line):
            self.refuse(1, self.name, code)
            return
        lines = io.StringIO(text, newline="")
        reader = csv.reader(lines, delimiter=delimiter_of(first_line), strict=True)
        start = 1
        try:
            titles = [column.strip() for column in next(reader, [])]
            header = [SPELLINGS.get(title, title) for title in titles]
            self._check_header(header)
            if self.problems:
                return
            start = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    self._read_row(reader.line_num, header, cells)
                start = reader.line_num + 1
        except csv.Error:
            longest = csv.field_size_limit()
            self.refuse(start, self.name, "not_csv_line", longest=longest)
        if not (self.rows or self.problems):
            self.refuse(None, self.name, "no_rows")

    def _check_header(self, header: list[str]) -> None:
        if not any(header):
            self.refuse(None, self.name, "empty_file")
            return
        if other := self._other_extract(header):
            self.refuse(None, self.name, "another_extract", found=FILE_NAMES[other])
            return
        needed = [n for n, f in self._fields.items() if f.kind is not Kind.CONSTANT]
        needed += [KEYS[self.extract]] + [TARGET] * self._has_outcome
        for column in dict.fromkeys(needed):
            if column not in header:
                self.refuse(1, column, "missing_column")
        for column in dict.fromkeys(header):
            if column and header.count(column) > 1:
                self.refuse(1, column, "duplicate_column")
        known = {*self._fields, KEYS[self.extract], TARGET}
        self.ignored_columns = [name for name in header if name and name not in known]

    def _other_extract(self, header: list[str]) -> Extract | None:
        """Whose file it is, when it is that of another extract."""
        if KEYS[self.extract] in header:
            return None
        return next((e for e, key in KEYS.items() if key in header), None)

    def _read_row(self, line: int, header: list[str], cells: list[str]) -> None:
        if len(cells) != len(header):
            counts = {"found": len(cells), "count": len(header)}
            self.refuse(line, self.name, "wrong_cell_count", **counts)
            return
        record = dict(zip(header, cells, strict=True))
        key = KEYS[self.extract]
        match = IDENTIFIER.fullmatch(record[key].strip())
        employee_id = int(match[1]) if match else 0
        if not 1 <= employee_id <= HIGHEST_EMPLOYEE_ID:
            self.refuse(line, key, "not_an_employee_id", highest=HIGHEST_EMPLOYEE_ID)
            return
        if earlier := self.rows.get(employee_id):
            params = {"value": employee_id, "earlier": earlier.line}
            self.refuse(line, key, "duplicate_id", **params)
            return
        self.rows[employee_id] = Row(
            line, dict(self._values(record)), self._outcome(line, record)
        )

    def _values(self, record: dict[str, str]) -> Iterator[tuple[str, Value]]:
        for name, field in self._fields.items():
            cell = record.get(name, "").strip()
            if cell:
                yield name, as_json(field, cell)

    def _outcome(self, line: int, record: dict[str, str]) -> bool | None:
        if not self._has_outcome:
            return None
        left = OUTCOMES.get(record[TARGET].strip().casefold())
        if left is None:
            self.refuse(line, TARGET, "not_an_outcome")
        return left


def as_json(field: Field, cell: str) -> Value:
    """A cell as JSON would have it: a numeral is a number, the rest stays text."""
    if field.kind is Kind.CATEGORY or field.order:
        return cell
    match = NUMERAL.fullmatch(cell)
    if match is None:
        return cell
    return float(cell.replace(",", ".")) if match[2] else int(cell)


def with_hint(problem: Problem, cell: object) -> Problem:
    """The same problem, or how to write the number that a cell holds all the same."""
    if problem.code != "not_a_number" or not isinstance(cell, str):
        return problem
    written = plain_number(cell)
    if written is None:
        return problem
    params = {"value": shortened(cell), "written": written}
    return dataclasses.replace(problem, code="not_a_plain_number", params=params)
