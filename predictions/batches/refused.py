"""Who of a batch got no score, as a chunk keeps it: why, in the readers' languages."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import override

from attrition.errors import Problem
from attrition.field import Text


class RefusedRow(NamedTuple):
    """One person without a score. `line` is where it stands in a file, from 1."""

    row: int
    employee_id: int | None
    line: int | None
    problems: list[dict[str, Any]]
    """Of each: `field`, `code` and `message`, in the language of whoever reads."""


def kept(
    row: int, employee_id: int | None, problems: Iterable[Problem], line: int | None
) -> dict[str, Any]:
    """As JSON. Sentences, because a later version may word a code in another way."""
    return {
        "row": row,
        "employee_id": employee_id,
        "line": line,
        "problems": [
            {"field": p.field, "code": p.code, "message": _in_each_language(p)}
            for p in problems
        ],
    }


def read(refusal: dict[str, Any]) -> RefusedRow:
    problems = [
        {**problem, "message": str(Text(**problem["message"]))}
        for problem in refusal["problems"]
    ]
    return RefusedRow(refusal["row"], refusal["employee_id"], refusal["line"], problems)


def _in_each_language(problem: Problem) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = problem.message
    return found
