"""Who of a file was refused: for a screen, and as a file beside it."""

import csv
from collections.abc import Iterable
from pathlib import Path

from attrition.errors import Problem
from attrition.sentences import SENTENCES
from attrition.typography import titled
from predictions.batches.refused import RefusedRow
from predictions.exports.cells import harmless

COLUMNS = ("line", "employee_id", "field", "code", "message")


def located(path: Path, problem: Problem) -> str:
    """As compilers write it: file, line, what is wrong."""
    place = path.name if problem.line is None else f"{path.name}:{problem.line}"
    return titled(place, Problem(problem.field, problem.code, problem.params).message)


def too_many(most: int) -> str:
    return str(SENTENCES["too_many_rows"]) % {"most": most}


def write(path: Path, refusals: Iterable[RefusedRow]) -> None:
    """One line a problem."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for refused in refusals:
            for problem in refused.problems:
                words = [problem["field"], problem["code"], problem["message"]]
                table.writerow(
                    [refused.line, refused.employee_id, *map(harmless, words)]
                )
