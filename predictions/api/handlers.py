"""What becomes of an exception: DRF's handler, and what programs get elsewhere."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    SuspiciousOperation,
)
from django.db import Error as AnyDatabaseError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from attrition.errors import InvalidFeatures, Problem, ReleaseRejected
from predictions.api.errors import Refusal, Unauthorized, body_of
from predictions.api.renderers import BrowsableAPIRenderer, JSONRenderer
from predictions.batches.starting import BrokerUnavailable
from predictions.database import schema
from predictions.idempotency import KeyReused
from predictions.services import LogUnavailable

logger = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
# A page for a browser would ask the database, or read the address, once more.
NO_PAGE = (AnyDatabaseError, LogUnavailable, SuspiciousOperation)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn what a view raised into the documented answer; None lets it be a 500."""
    status, problems, headers = _translate(exc)
    if status is None:
        return None
    set_rollback()
    browsable = BrowsableAPIRenderer in context["view"].renderer_classes
    if isinstance(exc, NO_PAGE) or not browsable:
        request = context["request"]
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    response = Response(body_of(problems), status=status, headers=headers)
    response.refusal_code = problems[0].code
    return response


def _translate(exc: Exception) -> tuple[int | None, list[Problem], dict[str, str]]:
    match exc:
        case Refusal():
            return exc.status_code, exc.problems, exc.headers
        case InvalidFeatures():
            return HTTPStatus.UNPROCESSABLE_ENTITY, list(exc.problems), {}
        case KeyReused():
            code = "idempotency_key_reused"
            return _one(HTTPStatus.UNPROCESSABLE_ENTITY, code, {})
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _one(HTTPStatus.UNAUTHORIZED, "key_missing", Unauthorized.headers)
        case exceptions.PermissionDenied() if str(exc.detail).startswith("CSRF"):
            return _one(HTTPStatus.FORBIDDEN, "csrf_failed", {})
        case exceptions.PermissionDenied() | PermissionDenied():
            return _one(HTTPStatus.FORBIDDEN, "permission_denied", {})
        case exceptions.NotAcceptable():
            return _one(HTTPStatus.NOT_ACCEPTABLE, "not_acceptable", {})
        case exceptions.NotFound() | Http404():
            return _one(HTTPStatus.NOT_FOUND, "not_found", {})
        case SuspiciousOperation() | UnreadablePostError():
            return _one(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", {})
        case exceptions.Throttled():
            wait = {"Retry-After": str(max(exc.wait or RETRY_AFTER, 1))}
            return _one(HTTPStatus.TOO_MANY_REQUESTS, "throttled", wait)
        case ReleaseRejected():
            logger.error("No release serves: %s", exc)
            return _unavailable("model_unavailable")
        case BrokerUnavailable():
            return _unavailable("broker_unavailable")
        case LogUnavailable() | AnyDatabaseError() if schema.is_behind(exc):
            return _unavailable("schema_outdated")
        case LogUnavailable():
            return _unavailable("log_unavailable")
        case AnyDatabaseError():
            logger.error("The database failed: %s", type(exc).__name__)
            return _unavailable("database_unavailable")
        case _:
            return None, [], {}


def _one(
    status: int, code: str, headers: dict[str, str]
) -> tuple[int, list[Problem], dict[str, str]]:
    return status, [Problem("", code)], headers


def _unavailable(code: str) -> tuple[int, list[Problem], dict[str, str]]:
    headers = {"Retry-After": str(RETRY_AFTER)}
    return _one(HTTPStatus.SERVICE_UNAVAILABLE, code, headers)


def refused(
    status: int, code: str, params: dict[str, Any] | None = None
) -> JsonResponse:
    """The documented shape, where no view of DRF answers."""
    response = JsonResponse(
        body_of([Problem("", code, params or {})]),
        status=status,
        json_dumps_params={"ensure_ascii": False},
    )
    response.refusal_code = code
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(HTTPStatus.NOT_FOUND, "not_found")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    strange = isinstance(exception, DisallowedHost)
    code = "host_not_allowed" if strange else "bad_request"
    return refused(HTTPStatus.BAD_REQUEST, code)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refused(HTTPStatus.FORBIDDEN, "permission_denied")


def csrf_failure(request: HttpRequest) -> HttpResponse:
    return refused(HTTPStatus.FORBIDDEN, "csrf_failed")


def server_error(request: HttpRequest) -> HttpResponse:
    return refused(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error")
