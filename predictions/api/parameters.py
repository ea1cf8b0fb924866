"""Reads what stands in an address; everything odd is a 422 that names the parameter."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict

from attrition.errors import Problem
from attrition.models import HIGHEST_EMPLOYEE_ID
from attrition.validation import unknown
from predictions.api.errors import Refusal

WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
LOST_PLUS = re.compile(r"(T.*) (\d\d:?\d\d)$")

Reader = Callable[[str, str], Any]


def whole(low: int, high: int, code: str = "not_in_range") -> Reader:
    def read(name: str, text: str) -> int:
        if not WHOLE.fullmatch(text) or not low <= int(text) <= high:
            raise Refusal(code, name, low=low, high=high, highest=high)
        return int(text)

    return read


def one_of(*allowed: str) -> Reader:
    def read(name: str, text: str) -> str:
        if text not in allowed:
            raise Refusal("not_a_choice", name, allowed=", ".join(allowed))
        return text

    return read


def flag(name: str, text: str) -> bool:
    return one_of("true", "false")(name, text) == "true"


def moment(name: str, text: str) -> datetime:
    """An ISO 8601 date or time, UTC where it names no zone."""
    # `+02:00` that was not percent-encoded arrives as ` 02:00`.
    try:
        found = datetime.fromisoformat(LOST_PLUS.sub(r"\1+\2", text))
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal("not_a_time", name) from None


def text(name: str, value: str) -> str:
    if not value or "\0" in value:
        raise Refusal("missing", name)
    return value


def uuid(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Refusal("not_a_uuid", name) from None


employee_id = whole(1, HIGHEST_EMPLOYEE_ID, "not_an_employee_id")
prediction_id = whole(1, HIGHEST_EMPLOYEE_ID, "not_a_prediction_id")


def read(query: QueryDict, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the parameters that were sent. Raises with every problem at once."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, values in query.lists():
        try:
            if name not in readers:
                problems.append(unknown("parameter", name, readers))
            elif len(values) > 1:
                problems.append(Problem(name, "repeated_parameter"))
            else:
                found[name] = readers[name](name, values[0])
        except Refusal as refusal:
            problems += refusal.problems
    if problems:
        raise Refusal.listing(problems)
    return found
