"""Lists by key, never by offset: a page costs the same however far it is.

The list is plain JSON; the next page stands in a `Link` header (RFC 8288) with the one
relation `next`. The cursor in it is the key of the page's last row.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from predictions.api import parameters
from predictions.api.errors import Refusal
from predictions.models.newest import NEWEST, NEWEST_OF_SOME, behind

DEFAULT_LIMIT = 50
HIGHEST_LIMIT = 500


@dataclass(frozen=True)
class KeyOrder:
    """An order by a unique key, and the key as text for the cursor."""

    fields: tuple[str | OrderBy, ...]
    cursor: Callable[[Any], str]
    after: Callable[[str], Q]
    """The rows behind a cursor. Raises what `read` catches."""

    def read(self, name: str, text: str) -> Q:
        """`after` as a reader of a parameter."""
        try:
            return self.after(text)
        except (ValueError, OverflowError, Refusal):
            raise Refusal("not_a_cursor", name) from None

    @property
    def parameters(self) -> dict[str, parameters.Reader]:
        """What every list takes in its address."""
        return {"limit": parameters.whole(1, HIGHEST_LIMIT), "cursor": self.read}

    def page(
        self,
        request: Request,
        rows: QuerySet[Model],
        shape: Callable[[list[Any]], Any],
        sent: dict[str, Any],
    ) -> Response:
        """One page of `rows`, for parameters that `parameters` has read.

        `shape` makes plain data of the rows.
        """
        limit = sent.get("limit", DEFAULT_LIMIT)
        found = rows.filter(sent.get("cursor", Q())).order_by(*self.fields)
        found = list(found[: limit + 1])
        page = found[:limit]
        response = Response(shape(page))
        if len(found) > limit:
            here = request.build_absolute_uri()
            following = replace_query_param(here, "cursor", self.cursor(page[-1]))
            response["Link"] = f'<{following}>; rel="next"'
        return response


def _after(cursor: str, key: Callable[[str], Any]) -> Q:
    time, _, pk = cursor.rpartition("_")
    created_at = datetime.fromisoformat(time)
    if created_at.tzinfo is None:
        raise ValueError("the time of a cursor has its zone")
    created_at = created_at.astimezone(UTC)  # the years 1 and 9999 have no such time
    return behind(created_at, key(pk))


def _newest_first(key: Callable[[str, str], Any]) -> KeyOrder:
    return KeyOrder(
        fields=NEWEST,
        cursor=lambda row: (
            f"{row.created_at.isoformat().replace('+00:00', 'Z')}_{row.pk}"
        ),
        after=partial(_after, key=partial(key, "cursor")),
    )


NEWEST_FIRST = _newest_first(parameters.prediction_id)
NEWEST_OF_SOME_FIRST = replace(NEWEST_FIRST, fields=NEWEST_OF_SOME)
"""The same rows in the same order, where something but the time narrows the list."""
NEWEST_BATCH_FIRST = _newest_first(parameters.uuid)
BY_EMPLOYEE = KeyOrder(
    fields=("employee_id",),
    cursor=lambda row: str(row.employee_id),
    after=lambda cursor: Q(employee_id__gt=parameters.employee_id("cursor", cursor)),
)
