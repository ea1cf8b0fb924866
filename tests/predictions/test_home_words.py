"""Words of the home page, and of the line above every page."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from predictions.home_charts import share_chart
from predictions.home_figures import Period, Point
from tests.factories import make_user


def step(day: int, above: int) -> list[Point]:
    period = Period(date(2026, 3, day), date(2026, 3, day + 1))
    return [Point(period, "1.1.0", 0.33, 0.33, 10, above)]


@pytest.mark.parametrize(
    ("above", "begins"),
    [
        ((5, 5), "50,0\u00a0% des réponses d'un bout à l'autre."),
        ((5, 6), "Entre 50,0\u00a0% et 60,0\u00a0% des réponses"),
    ],
)
def test_a_share_that_does_not_move_is_said_once(above, begins):
    with override("fr"):
        chart = share_chart([step(1, above[0]), step(2, above[1])])

    assert chart.description.startswith(begins)


@pytest.mark.parametrize(
    ("role", "is_offered"),
    [("HR auditor", False), ("HR manager", False), ("API administrator", True)],
)
def test_the_documentation_of_the_api_is_offered_to_whoever_sees_keys(
    client, db, role, is_offered
):
    client.force_login(make_user("bob", role))

    page = client.get(reverse("admin:index"), headers={"accept-language": "fr"}).text

    assert "Voir le site" not in page
    assert ("Documentation de l'API</a>" in page) == is_offered
