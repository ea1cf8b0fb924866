"""The seed's paths; each takes a trailing slash too."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from predictions.api.batches import BatchListViewSet, BatchViewSet
from predictions.api.docs import DocsView, HomeView, SchemaView
from predictions.api.employees import EmployeeListViewSet, EmployeeViewSet
from predictions.api.health import HealthViewSet
from predictions.api.history import HistoryViewSet, PredictionViewSet
from predictions.api.predict import PredictByIdViewSet, PredictViewSet
from predictions.api.predict_batch import PredictBatchViewSet
from predictions.api.ready import ReadyViewSet


def with_and_without_slash(
    routes: dict[str, Callable[..., Any]],
) -> list[URLPattern]:
    return [path(r + end, view) for r, view in routes.items() for end in ("", "/")]


def without_slash(endpoints: list[tuple[Any, ...]], **kwargs: Any) -> list[Any]:
    """A hook of drf-spectacular: describe each call once."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


urlpatterns = [
    path("", HomeView.as_view()),
    path("openapi.json", SchemaView.as_view(), name="openapi"),
    path("docs", DocsView.as_view(), name="docs"),
    path("docs/", HomeView.as_view()),
    *with_and_without_slash(
        {
            "health": HealthViewSet.as_view({"get": "retrieve"}),
            "ready": ReadyViewSet.as_view({"get": "retrieve"}),
            "predict": PredictViewSet.as_view({"post": "create"}),
            "predict/batch": PredictBatchViewSet.as_view({"post": "create"}),
            "batches": BatchListViewSet.as_view({"get": "list", "post": "create"}),
            "batches/<str:id>": BatchViewSet.as_view({"get": "retrieve"}),
            "batches/<str:id>/cancel": BatchViewSet.as_view({"post": "cancel"}),
            "batches/<str:id>/results": BatchViewSet.as_view({"get": "results"}),
            "predict_by_id/<str:employee_id>": PredictByIdViewSet.as_view(
                {"post": "create"}
            ),
            "history": HistoryViewSet.as_view({"get": "list"}),
            "history/<str:employee_id>": HistoryViewSet.as_view({"get": "of_employee"}),
            "predictions/<str:id>": PredictionViewSet.as_view({"get": "retrieve"}),
            "predictions/<str:id>/replay": PredictionViewSet.as_view(
                {"post": "replay"}
            ),
            "employees": EmployeeListViewSet.as_view({"get": "list", "put": "update"}),
            "employees/<str:employee_id>": EmployeeViewSet.as_view(
                {"get": "retrieve", "put": "update", "patch": "partial_update"}
            ),
        }
    ),
]
