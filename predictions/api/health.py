"""Alive or not: no key, no database."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import schema
from predictions.api.base import ApiViewSet


class HealthViewSet(ApiViewSet):
    heading = _("State of the service")
    authentication_classes = []
    permission_classes = []

    @schema.health
    def retrieve(self, request: Request) -> Response:
        return Response({"status": "ok"})
