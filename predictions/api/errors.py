"""Every refusal in one shape, in the caller's language.

``{"detail": "<a sentence>", "errors": [{"field", "code", "message"}, …]}``

Of many records at once, an error says which besides: `index` from 0, or the `line`.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException

from attrition.errors import Problem
from predictions.api import sentences  # noqa: F401  (fills the table of codes)

SEVERAL = _("%(count)s things are wrong: %(fields)s.")


class Refusal(APIException):
    """A refusal with one code of the table; raised anywhere in the API."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    headers: dict[str, str] = {}

    def __init__(self, code: str, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.problems = [Problem(field or "", code, params)]

    @classmethod
    def listing(cls, problems: list[Problem]) -> "Refusal":
        """One refusal for several problems."""
        refusal = cls(problems[0].code)
        refusal.problems = problems
        return refusal


class Unauthorized(Refusal):
    status_code = HTTPStatus.UNAUTHORIZED
    headers = {"WWW-Authenticate": "Api-Key"}


class Forbidden(Refusal):
    status_code = HTTPStatus.FORBIDDEN


class MethodNotAllowed(Refusal):
    status_code = HTTPStatus.METHOD_NOT_ALLOWED


class NotFound(Refusal):
    status_code = HTTPStatus.NOT_FOUND


class WrongMediaType(Refusal):
    status_code = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class BodyTooLarge(Refusal):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def body_of(problems: Sequence[Problem]) -> dict[str, Any]:
    """The documented shape, in the active language."""
    first = problems[0]
    detail = first.message
    fields = ", ".join(dict.fromkeys(p.field for p in problems if p.field))
    if len(problems) > 1 and fields:
        detail = str(SEVERAL) % {"count": len(problems), "fields": fields}
    return {
        "detail": detail,
        "errors": [item_of(problem) for problem in problems],
    }


def item_of(problem: Problem) -> dict[str, Any]:
    """One of `errors`."""
    places = {"index": problem.index, "line": problem.line}
    return {
        **{name: place for name, place in places.items() if place is not None},
        "field": problem.field or None,
        "code": problem.code,
        "message": problem.message,
    }
