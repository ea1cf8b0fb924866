"""Ready to answer and to record, or what is in the way: no key."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import schema
from predictions.api.base import ApiViewSet
from predictions.api.errors import Refusal
from predictions.api.handlers import RETRY_AFTER
from predictions.monitoring.readiness import CHECKS, readiness


class NotReady(Refusal):
    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    headers = {"Retry-After": str(RETRY_AFTER)}


class ReadyViewSet(ApiViewSet):
    heading = _("Ready to answer and to record")
    authentication_classes = []
    permission_classes = []

    @schema.ready
    def retrieve(self, request: Request) -> Response:
        if problems := readiness.problems():
            raise NotReady.listing(problems)
        return Response({"status": "ready", "checks": dict.fromkeys(CHECKS, "ok")})
