"""Figures for Prometheus: to whoever has `METRICS_TOKEN`, and to nobody without one."""

import hmac
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from predictions.api import handlers
from predictions.monitoring.exposition import exposition


def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        return handlers.refused(HTTPStatus.NOT_FOUND, "not_found")
    if not _has_token(request):
        response = handlers.refused(HTTPStatus.UNAUTHORIZED, "metrics_token")
        response["WWW-Authenticate"] = "Bearer"
        return response
    if request.method not in ("GET", "HEAD"):
        params = {"method": request.method, "allowed": "GET, HEAD"}
        status = HTTPStatus.METHOD_NOT_ALLOWED
        response = handlers.refused(status, "method_not_allowed", params)
        response["Allow"] = params["allowed"]
        return response
    text, content_type = exposition(request.META.get("HTTP_ACCEPT", ""))
    return HttpResponse(
        text, content_type=content_type, headers={"Cache-Control": "no-store"}
    )


def _has_token(request: HttpRequest) -> bool:
    scheme, _, sent = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(
        sent.strip().encode(), settings.METRICS_TOKEN.encode()
    )
