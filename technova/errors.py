"""What is answered where no view can: a page to people, JSON to programs."""

import sys
from collections.abc import Callable

from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from predictions.admin import error_pages
from predictions.api import handlers
from predictions.database import schema
from predictions.services import LogUnavailable

FOR_PEOPLE = ("/admin/", "/session/", "/i18n/")
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def _is_for_people(request: HttpRequest) -> bool:
    return request.path.startswith(FOR_PEOPLE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_for_people(request):
        return handlers.bad_request(request, exception)
    if isinstance(exception, TOO_MUCH):
        return error_pages.too_much(request)
    if isinstance(exception, DisallowedHost):
        return error_pages.host_not_allowed(request)
    return error_pages.bad_request(request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_for_people(request):
        return error_pages.permission_denied(request, exception)
    return handlers.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if _is_for_people(request):
        return error_pages.too_old(request)
    return handlers.csrf_failure(request)


class NotAllowedMiddleware:
    """Django answers a wrong method with nothing, and has no handler for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and _is_for_people(request):
            page = error_pages.method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_for_people(request):
        return error_pages.not_found(request, exception)
    return handlers.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the exception, wherever that was raised."""
    if not _is_for_people(request):
        return handlers.server_error(request)
    error = sys.exception()
    if isinstance(error, (AnyDatabaseError, LogUnavailable)):
        if schema.is_behind(error):
            return error_pages.not_migrated(request)
        return error_pages.unavailable(request)
    return error_pages.server_error(request)
