"""Alive or not: no key, no database."""

from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import schema
from predictions.api.base import ApiViewSet


class HealthViewSet(ApiViewSet):
    authentication_classes = []
    permission_classes = []

    @schema.health
    def retrieve(self, request: Request) -> Response:
        return Response({"status": "ok"})
