"""Filters that offer the values in use: which, how many, and what it costs."""

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from predictions.admin import in_use
from predictions.admin.in_use import values_in_use
from predictions.models import Prediction, Refusal

LOG = reverse("admin:predictions_prediction_changelist")


@pytest.fixture
def refusals(db) -> QuerySet[Refusal]:
    for status in (422, 401, 422, 503):
        Refusal.objects.create(route="predict", status=status, code="any")
    return Refusal.objects.all()


@pytest.fixture
def owned(log_row):
    for owner in ("paul", "", "ana", "paul", "%s", "Éva"):
        log_row(key_owner=owner)


def offered(page, name: str) -> list[tuple[str, bool]]:
    """The choices of a filter after "all", and whether the list is narrowed by it."""
    listed = page.context["cl"]
    [spec] = [s for s in listed.filter_specs if name in s.expected_parameters()]
    choices = list(spec.choices(listed))[1:]
    return [(choice["display"], choice["selected"]) for choice in choices]


def in_order(rows: QuerySet, name: str) -> list:
    return list(rows.order_by(name).values_list(name, flat=True).distinct())


def test_each_value_is_offered_once_and_in_the_order_of_the_database(owned, refusals):
    owners = values_in_use(Prediction.objects.all(), "key_owner")

    assert set(owners) == {"", "%s", "ana", "paul", "Éva"}
    assert owners == in_order(Prediction.objects.all(), "key_owner")
    assert values_in_use(refusals, "status") == [401, 422, 503]


def test_only_values_of_the_rows_that_are_asked_for_are_offered(refusals):
    assert values_in_use(refusals.filter(status__lt=500), "status") == [401, 422]


def test_nothing_is_offered_of_an_empty_log(db):
    assert values_in_use(Prediction.objects.all(), "key_owner") == []


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_no_more_values_are_offered_than_somebody_reads(refusals, monkeypatch, most):
    monkeypatch.setattr(in_use, "MOST_OFFERED", most)

    assert values_in_use(refusals, "status") == [401, 422, 503][:most]


def test_many_values_cost_one_query(log_row, django_assert_num_queries):
    for i in range(30):
        log_row(key_owner=f"owner {i:02}")

    with django_assert_num_queries(1):
        assert len(values_in_use(Prediction.objects.all(), "key_owner")) == 30


def test_a_value_beyond_those_offered_narrows_the_list_and_is_shown(
    browser, owned, monkeypatch
):
    monkeypatch.setattr(in_use, "MOST_OFFERED", 1)

    page = browser(None).get(LOG, {"key_owner": "paul"})

    assert page.context["cl"].result_count == 2
    assert offered(page, "key_owner") == [("–", False), ("paul", True)]


def test_a_value_that_is_offered_is_shown_once(browser, owned):
    choices = offered(browser(None).get(LOG, {"key_owner": "paul"}), "key_owner")

    assert [name for name, selected in choices if selected] == ["paul"]
    assert len(choices) == 5
