"""The table of pages (tests/predictions/pages.py) has every page there is."""

from collections.abc import Iterator

from django.contrib import admin
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver

from tests.factories import make_user
from tests.predictions.pages import BACK_OFFICE, NO_PAGES


def routes(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The names of the addresses under one of `urls.py`."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern, space + inner)
        elif pattern.name:
            yield space + pattern.name


def back_office() -> set[str]:
    return {
        name
        for part in get_resolver().url_patterns
        if isinstance(part, URLResolver) and str(part.pattern).startswith("admin/")
        for name in routes(part, f"{part.namespace}:" if part.namespace else "")
    }


def not_offered(request) -> Iterator[str]:
    """Pages that Django has an address for, and that nobody is led to."""
    for model, of in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if not of.has_add_permission(request):
            yield f"{name}_add"
        if not of.has_delete_permission(request):
            yield f"{name}_delete"
        if not of.has_change_permission(request):
            yield f"{name}_history"


def test_the_table_has_each_page_of_the_back_office_and_no_other(db):
    request = RequestFactory().get("/")
    request.user = make_user("bob")

    listed = {page.route for page in BACK_OFFICE}

    assert listed == back_office() - NO_PAGES - set(not_offered(request))


def test_what_is_called_no_page_is_there():
    assert back_office() >= NO_PAGES
