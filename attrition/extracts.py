"""Joins the three HR extracts into one record an employee.

Everything wrong is collected before anything is used: each problem says its file, line
and column. Accepted besides plain CSV: a byte-order mark, `;` between cells, decimal
commas, columns that the table does not know (they are left out, and named).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from attrition import features
from attrition.errors import AttritionError, InvalidFeatures, Problem
from attrition.extract_file import (
    FILE_NAMES,
    KEYS,
    ExtractFile,
    Located,
    with_hint,
)
from attrition.field import Extract, Value
from attrition.validation import STORABLE


class ExtractError(AttritionError):
    """Extracts that can't be used, with every reason found; the text is one a line."""

    def __init__(self, located: list[Located]) -> None:
        super().__init__("\n".join(str(item) for item in located))
        self.located = located


@dataclass(frozen=True)
class Person:
    """One employee of the three extracts. `left` is None without the outcome."""

    employee_id: int
    features: dict[str, Value]
    left: bool | None


@dataclass(frozen=True)
class Extracts:
    """What the three files hold, and the columns that were left out, by file.

    `sha256` are the files', by their usual names.
    """

    people: list[Person]
    ignored_columns: dict[str, list[str]]
    sha256: dict[str, str] = field(compare=False)


def read(folder: Path, *, with_outcome: bool) -> Extracts:
    """Read, check and join. Raises ExtractError, with all that is wrong.

    `with_outcome` asks for the target column, which training needs and storing must
    not have: without it the column is not even read.
    """
    return read_each(
        {e: folder / name for e, name in FILE_NAMES.items()}, with_outcome=with_outcome
    )


def read_each(
    sources: Mapping[Extract, Path | bytes], *, with_outcome: bool
) -> Extracts:
    """As `read`, each file from where it lies, or from what it holds."""
    files = {e: ExtractFile(e, sources[e], with_outcome=with_outcome) for e in Extract}
    _check_matches(files)
    people = list(_people(files))
    if problems := [problem for file in files.values() for problem in file.problems]:
        order = {file.name: place for place, file in enumerate(files.values())}
        problems.sort(key=lambda item: (order[item.file], item.line or 0))
        raise ExtractError(problems)
    ignored = {f.name: f.ignored_columns for f in files.values() if f.ignored_columns}
    return Extracts(people, ignored, {f.name: f.sha256 for f in files.values()})


def _check_matches(files: dict[Extract, ExtractFile]) -> None:
    """An employee stands in all three files or in none."""
    complete = [file for file in files.values() if file.is_complete]
    for extract, file in files.items():
        for other in complete:
            for employee_id in file.rows.keys() - other.rows.keys():
                params = {"value": employee_id, "other": other.name}
                line = file.rows[employee_id].line
                file.refuse(line, KEYS[extract], "unmatched_row", **params)


def _people(files: dict[Extract, ExtractFile]) -> Iterator[Person]:
    for employee_id in files[Extract.SIRH].rows:
        rows = [file.rows.get(employee_id) for file in files.values()]
        values = {k: v for row in rows if row for k, v in row.values.items()}
        try:
            STORABLE.validate(values)
        except InvalidFeatures as error:
            for problem in error.problems:
                hinted = with_hint(problem, values.get(problem.field))
                _locate(hinted, employee_id, files)
        survey = files[Extract.SONDAGE].rows.get(employee_id)
        yield Person(employee_id, values, survey.left if survey else None)


def _locate(
    problem: Problem, employee_id: int, files: dict[Extract, ExtractFile]
) -> None:
    """Give a refused value to the file that carries it."""
    known = features.BY_NAME.get(problem.field)
    file = files[(known and known.source) or Extract.SIRH]
    row = file.rows.get(employee_id)
    file.problems.append(Located(file.name, row.line if row else None, problem))
