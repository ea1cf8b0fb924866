"""The documentation, for whoever asks: `/`, `/docs` and `/openapi.json`."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from predictions.api import parameters
from predictions.api.base import ChecksInOrder


class Public(ChecksInOrder):
    """Needs no key."""

    authentication_classes = []
    permission_classes = []


class SchemaView(Public, SpectacularJSONAPIView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        # Its own `version` and `lang` would go into a header and into a cache.
        parameters.read(request.query_params, {})
        return super().get(request)


# Swagger UI's icons are data: images in its style sheet.
@method_decorator(csp_update({"img-src": [SELF, "data:"]}), name="dispatch")
class DocsView(Public, SpectacularSwaggerSplitView):
    url_name = "openapi"


class HomeView(Public, APIView):
    heading = _("API documentation")

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        return redirect("docs")
