"""Who of a batch got no score, as a chunk keeps it: why, in the readers' languages."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import override

from attrition.errors import Problem
from attrition.field import Text

ABOUT_A_NUMBER = {"unknown_employee", "archived_employee", "repeated_employee"}


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
    """As JSON. Sentences, because a later version may word a code in another way.

    Without the values that were sent: these are no part of the log, and an erasure
    does not come here.
    """
    return {
        "row": row,
        "employee_id": employee_id,
        "line": line,
        "problems": [
            {
                "field": p.field,
                "code": p.code,
                "message": _in_each_language(_without_value(p)),
            }
            for p in problems
        ],
    }


def read(refusal: dict[str, Any]) -> RefusedRow:
    problems = [
        {**problem, "message": str(Text(**problem["message"]))}
        for problem in refusal["problems"]
    ]
    return RefusedRow(refusal["row"], refusal["employee_id"], refusal["line"], problems)


def _without_value(problem: Problem) -> Problem:
    """A number of an employee stays: the refusal names that anyway."""
    if "value" not in problem.params or problem.code in ABOUT_A_NUMBER:
        return problem
    return replace(problem, params={**problem.params, "value": "…"})


def _in_each_language(problem: Problem) -> dict[str, str]:
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = problem.message
    return found
