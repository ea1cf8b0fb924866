"""Reads about people go on record, and what a person who logged in sees of values.

A program with a key sees what its scopes say. A person sees what the back-office would
show them: no values before a purpose is given on the prediction's page there.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rest_framework.request import Request

from predictions import access, sight
from predictions.access import RevealedPeople
from predictions.api.base import caller
from predictions.api.errors import Forbidden
from predictions.models import Action, Prediction
from predictions.rights import REVEAL, SURVEY
from predictions.sight import EVERYTHING, Sight

EMPLOYEES = "attrition.view_employee"


def note(
    request: Request,
    employees: Iterable[int | None],
    action: Action = Action.READ,
    **seen: Any,
) -> None:
    """Record who reads about whom. Raises LogUnavailable: then nothing is answered."""
    page = request.resolver_match.route.rstrip("/")
    access.record(caller(request), action, page=page, employees=employees, **seen)


def note_score(request: Request, employees: Iterable[int | None]) -> None:
    """A person who asks for a score looks at somebody; a program's asking stands in
    the log of predictions alone. Raises LogUnavailable."""
    if request.auth is None:
        note(request, employees, Action.SCORE)


def sight_of_own(request: Request) -> Sight:
    """Of values that the caller sends or keeps: all, or all but survey answers."""
    survey = request.auth is not None or request.user.has_perm(SURVEY)
    return EVERYTHING if survey else Sight(values=True, survey=False)


def check_explained(request: Request) -> None:
    """The reasons of a stored employee's score show what is stored of them."""
    if request.auth is None and not request.user.has_perm(EMPLOYEES):
        raise Forbidden("values_masked", "explain")


def sights_of(request: Request, rows: Sequence[Prediction]) -> list[Sight]:
    """What the caller sees of each row's values."""
    if request.auth is not None:
        return [EVERYTHING] * len(rows)
    survey = request.user.has_perm(SURVEY)
    if not request.user.has_perm(REVEAL):
        return [Sight(values=False, survey=survey)] * len(rows)
    people = RevealedPeople(request.user.get_username())
    return [
        Sight(people.of(row.employee_id, row.pk) is not None, survey) for row in rows
    ]


def masked(
    found: Sequence[dict[str, Any]], sights: Sequence[Sight]
) -> list[dict[str, Any]]:
    """Rows of the log as the caller may see them."""
    return [
        {**row, "input_payload": sight.payload(row["input_payload"], seen)}
        for row, seen in zip(found, sights, strict=True)
    ]
