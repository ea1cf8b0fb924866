"""Cookies within a frame of another site (`FRAME_ANCESTORS`)."""

from collections.abc import Callable
from http.cookies import Morsel
from typing import Any

from django.http import HttpRequest, HttpResponse


class Partitioned(Morsel):
    """A cookie that is kept apart for each site that frames us (CHIPS).

    Browsers that refuse cookies of other sites accept these. Python writes the
    attribute from 3.14 on, Django not yet.
    """

    def OutputString(self, attrs: Any = None) -> str:
        return f"{super().OutputString(attrs)}; Partitioned"


class PartitionedCookiesMiddleware:
    """Stands before whatever sets a cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, cookie in list(response.cookies.items()):
            apart = Partitioned()
            apart.set(cookie.key, cookie.value, cookie.coded_value)
            apart.update(cookie)
            response.cookies[name] = apart
        return response
