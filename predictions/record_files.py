"""Reads a file of people to score, line by line: CSV, or NDJSON.

A CSV's header names fields of the feature table, and `employee_id` where that is
known. Accepted besides plain CSV: a byte-order mark, `;` between cells, decimal commas.
NDJSON has on each line what `/predict` takes as a body.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import IO, Any

from attrition.csv_text import delimiter_of, other_than_csv, other_than_header
from attrition.errors import AttritionError, InvalidFeatures, Problem
from attrition.extract_file import as_json, with_hint
from attrition.features import BY_NAME, SPELLINGS
from attrition.models import HIGHEST_EMPLOYEE_ID
from attrition.validation import MOST_PROBLEMS, Validator, unknown_field
from predictions.batches.people import Asked
from predictions.records import RecordRefused, features_and_id
from predictions.strict_json import RefusedJSON, parse

LONGEST_LINE = 1024 * 1024  # bytes
EMPLOYEE_ID = "employee_id"
NUMBER = re.compile(r"\d{1,19}", re.ASCII)


class FileKind(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


class FileRefused(AttritionError):
    """A file that can't be used: what is wrong and where, in at most 100 places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


def read(stream: IO[bytes], kind: FileKind, validator: Validator) -> Iterator[Asked]:
    """Every line with somebody on it, a few in memory; `validator` is a release's.

    Raises FileRefused for a header, or a file, that can't be read any further.
    """
    lines = _ndjson(stream) if kind is FileKind.NDJSON else _csv(stream)
    seen: set[int] = set()
    for asked in lines:
        yield asked if asked.problems else _checked(asked, validator, seen)


def sound(lines: Iterable[Asked]) -> Iterator[Asked]:
    """The lines, if there is nothing wrong with any. Raises FileRefused."""
    problems: list[Problem] = []
    for asked in lines:
        problems += asked.problems
        if len(problems) > MOST_PROBLEMS:
            count = {"count": MOST_PROBLEMS}
            more = Problem("file", "too_many_problems", count)
            raise FileRefused([*problems[:MOST_PROBLEMS], more])
        if not problems:
            yield asked
    if problems:
        raise FileRefused(problems)


def _checked(asked: Asked, validator: Validator, seen: set[int]) -> Asked:
    assert asked.line is not None
    problems: list[Problem] = []
    if asked.employee_id is not None:
        if asked.employee_id in seen:
            params = {"value": asked.employee_id}
            problems.append(Problem(EMPLOYEE_ID, "repeated_employee", params))
        seen.add(asked.employee_id)
    try:
        validator.validate(asked.features)
    except InvalidFeatures as error:
        problems += [with_hint(p, asked.features.get(p.field)) for p in error.problems]
    return asked._replace(problems=_at(asked.line, problems)) if problems else asked


def _odd(line: int, *problems: Problem) -> Asked:
    return Asked({}, None, line, _at(line, problems))


def _at(number: int, problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(p.field, p.code, p.params, line=number) for p in problems]


def _refused(number: int | None, field: str, code: str, **params: Any) -> FileRefused:
    return FileRefused([Problem(field, code, params, line=number)])


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise _refused(number, "file", "line_too_long", longest=LONGEST_LINE)
        yield number, line


# NDJSON


def _ndjson(stream: IO[bytes]) -> Iterator[Asked]:
    empty = True
    for number, text in _lines(stream):
        if number == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text.strip():
            continue
        empty = False
        yield _ndjson_line(number, text)
    if empty:
        raise _refused(None, "file", "nobody_in_file")


def _ndjson_line(number: int, text: bytes) -> Asked:
    try:
        document = parse(text)
    except RefusedJSON as refused:
        problem = refused.problem
        if problem.code == "invalid_json":
            column = {"column": problem.params["column"]}
            problem = Problem("", "not_a_json_line", column)
        elif problem.code == "empty_body":  # spaces that are none to JSON
            problem = Problem("", "not_a_json_line", {"column": 1})
        elif problem.code == "not_utf8_body":
            problem = Problem("", "not_a_utf8_line", {"column": _first_odd(text)})
        return _odd(number, problem)
    try:
        features, employee_id = features_and_id(document)
    except RecordRefused as error:
        return _odd(number, *error.problems)
    return Asked(features, employee_id, number)


# CSV


def _csv(stream: IO[bytes]) -> Iterator[Asked]:
    numbered = _lines(stream)
    first = next(numbered, None)
    if first is None:
        raise _refused(None, "file", "nobody_in_file")
    if code := other_than_csv(first[1]):
        raise _refused(None, "file", code)
    title_line = _decoded(1, first[1].removeprefix(b"\xef\xbb\xbf"))
    if "\r" in title_line.rstrip("\r\n"):
        raise _refused(1, "file", "bare_carriage_returns")
    if code := other_than_header(title_line):
        raise _refused(1, "file", code)
    delimiter = delimiter_of(title_line)

    def texts() -> Iterator[str]:
        yield title_line
        for number, line in numbered:
            yield _decoded(number, line)

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    start = 1
    try:
        header = _header(next(reader))
        empty = True
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                empty = False
                yield _csv_line(start, header, cells)
            start = reader.line_num + 1
    except csv.Error:
        longest = csv.field_size_limit()
        raise _refused(start, "file", "not_csv_line", longest=longest) from None
    if empty:
        raise _refused(None, "file", "nobody_in_file")


def _decoded(number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        column = {"column": _first_odd(line)}
        raise _refused(number, "file", "not_a_utf8_line", **column) from None


def _first_odd(line: bytes) -> int:
    """The place in a line, from 1, of what is no UTF-8."""
    odd = re.search("[\udc80-\udcff]", line.decode(errors="surrogateescape"))
    return odd.start() + 1 if odd else 1


def _header(cells: list[str]) -> list[str]:
    titles = [cell.strip() for cell in cells] or [""]
    known = (EMPLOYEE_ID, *BY_NAME, *SPELLINGS)
    problems: list[Problem] = []
    for title in dict.fromkeys(titles):
        if len(problems) == MOST_PROBLEMS:
            break
        if not title:
            problems.append(Problem("file", "unnamed_column"))
        elif title not in known:
            problems.append(unknown_field(title, known))
        elif titles.count(title) > 1:
            problems.append(Problem(title, "duplicate_column"))
    if problems:
        raise FileRefused(_at(1, problems))
    return titles


def _csv_line(number: int, header: list[str], cells: list[str]) -> Asked:
    if len(cells) != len(header):
        counts = {"found": len(cells), "count": len(header)}
        problem = Problem("file", "wrong_cell_count", counts)
        return _odd(number, problem)
    record = dict(zip(header, map(str.strip, cells), strict=True))
    sent = record.pop(EMPLOYEE_ID, "")
    features = {
        name: as_json(BY_NAME[SPELLINGS.get(name, name)], cell)
        for name, cell in record.items()
        if cell
    }
    if not sent:
        return Asked(features, None, number)
    if not NUMBER.fullmatch(sent) or not 1 <= int(sent) <= HIGHEST_EMPLOYEE_ID:
        highest = {"highest": HIGHEST_EMPLOYEE_ID}
        problem = Problem(EMPLOYEE_ID, "not_an_employee_id", highest)
        return _odd(number, problem)
    return Asked(features, int(sent), number)
