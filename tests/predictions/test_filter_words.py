"""Filters in words: in the access log, and where a list leaves one out."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from predictions.admin.filter_words import filter_in_words, listed_at, title_of
from predictions.models import Access, Action, Prediction

LIST = "admin/predictions/prediction/"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("prediction__exact", "1", "classe~: au-dessus du seuil"),
        ("close", "yes", "distance au seuil~: proche du seuil"),
        ("proba_depart__gte", "0.1", "probabilité de départ~: à partir de 10~%"),
        ("proba_depart__lt", "0.2", "probabilité de départ~: avant ou sous 20~%"),
        ("created_at__gte", "2026-03-01", "~: à partir de 1 mars 2026"),
        ("source__exact", "api", "origine~: API"),
        ("model_version", ["1.0.0", "1.1.0"], "~: 1.0.0, 1.1.0"),
        ("proba_depart__gte", "no", "probabilité de départ~: à partir de no"),
        ("gone", "x", "gone~: x"),
    ],
)
def test_a_filter_of_the_log_reads_as_the_list_calls_it(name, value, words):
    with override("fr"):
        found = filter_in_words(name, value, Prediction)

    assert words.replace("~", "\u00a0") in found


@pytest.mark.parametrize("route", ["history", "admin/", "admin/nowhere/nothing/"])
def test_what_is_no_list_has_no_filters_to_call(route):
    assert listed_at(route) is None
    assert filter_in_words("x", "1", listed_at(route)).endswith("1")


def test_the_page_of_a_look_says_its_filters_in_words(client, auditor):
    client.force_login(auditor)
    client.get(
        reverse("admin:predictions_prediction_changelist"), {"warning": "rare_value"}
    )
    look = Access.objects.get(action=Action.LIST)

    page = client.get(
        reverse("admin:predictions_access_change", args=[look.pk]),
        headers={"accept-language": "fr"},
    )

    assert "valeur rare" in page.text
    assert "warning = " not in page.text


def test_a_filter_that_is_left_out_is_called_by_its_title(client, auditor):
    client.force_login(auditor)

    page = client.get(
        reverse("admin:predictions_prediction_changelist"),
        {"proba_depart__gte": "no"},
        headers={"accept-language": "fr"},
    )

    assert title_of("proba_depart__gte", Prediction) is not None
    assert "Filtre\u00a0: probabilité" in page.text
    assert "proba_depart__gte)" not in page.text
