"""Every call of the API, and the scope that it needs."""

from typing import Any

from django.urls import get_resolver

from predictions.models import Scope

ROUTES: dict[tuple[str, str], Scope | None] = {
    ("GET", "/health"): None,
    ("GET", "/ready"): None,
    ("POST", "/predict"): Scope.PREDICT,
    ("POST", "/predict_by_id/{employee_id}"): Scope.PREDICT,
    ("POST", "/predict/batch"): Scope.PREDICT,
    ("GET", "/batches"): Scope.PREDICT,
    ("POST", "/batches"): Scope.PREDICT,
    ("GET", "/batches/{id}"): Scope.PREDICT,
    ("POST", "/batches/{id}/cancel"): Scope.PREDICT,
    ("GET", "/batches/{id}/results"): Scope.PREDICT,
    ("GET", "/history"): Scope.HISTORY,
    ("GET", "/history/{employee_id}"): Scope.HISTORY,
    ("GET", "/predictions/{id}"): Scope.HISTORY,
    ("POST", "/predictions/{id}/replay"): Scope.AUDIT,
    ("GET", "/employees"): Scope.EMPLOYEES_READ,
    ("PUT", "/employees"): Scope.EMPLOYEES_WRITE,
    ("GET", "/employees/{employee_id}"): Scope.EMPLOYEES_READ,
    ("PUT", "/employees/{employee_id}"): Scope.EMPLOYEES_WRITE,
    ("PATCH", "/employees/{employee_id}"): Scope.EMPLOYEES_WRITE,
}
CLOSED = {route: scope for route, scope in ROUTES.items() if scope}
DOCUMENTATION = {"/", "/docs", "/docs/", "/openapi.json"}


def good_body(method: str, path: str, features: dict[str, Any]) -> dict[str, Any]:
    """What a call takes that stores or scores these features."""
    if (method, path) == ("PUT", "/employees"):
        return {"employees": [{"employee_id": 669, "features": features}]}
    if path == "/predict/batch":
        return {"records": [{"features": features}]}
    if path == "/batches":
        return {"all": True}
    return {"features": features}


def served_paths() -> set[str]:
    """The addresses of the API, as `urls.py` has them."""
    [api] = [
        pattern
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "urlconf_name", None)
        and getattr(pattern.urlconf_name, "__name__", "") == "predictions.api.urls"
    ]
    routes = (str(pattern.pattern) for pattern in api.url_patterns)
    return {"/" + route.replace("<str:", "{").replace(">", "}") for route in routes}
