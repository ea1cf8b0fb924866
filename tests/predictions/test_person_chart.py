"""One employee's probabilities as a chart, and as words."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from predictions.models import Prediction
from predictions.person_chart import MOST_DRAWN, person_chart
from predictions.templatetags.charts import drawn

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def row(day: int, probability: float, version="1.1.0", threshold=0.33) -> Prediction:
    return Prediction(
        pk=day + 1,
        created_at=NOON + timedelta(days=day),
        proba_depart=probability,
        prediction=int(probability >= threshold),
        threshold=threshold,
        model_version=version,
    )


def corners(path: str) -> int:
    return len(path.split())


def test_it_breaks_where_the_release_or_the_threshold_changes():
    rows = [
        row(0, 0.2, "1.0.0", 0.5),
        row(1, 0.3, "1.0.0", 0.5),
        row(2, 0.3),
        row(3, 0.4),
        row(4, 0.4),
        row(5, 0.4, threshold=0.5),
    ]

    with override("en"):
        chart = person_chart(reversed(rows), "person")

    assert [corners(line) for line in chart.lines] == [2, 3, 1]
    assert [change.text for change in chart.changes] == [
        "1.0.0, threshold 50%",
        "1.1.0, threshold 33%",
        "1.1.0, threshold 50%",
    ]
    assert len(chart.guides) == 3
    assert len(chart.marks) == 6


def test_the_threshold_is_a_level_line_as_far_as_it_held():
    chart = person_chart([row(0, 0.2, threshold=0.5), row(4, 0.3)], "person")

    first, second = [
        [tuple(map(float, corner.split(","))) for corner in guide.split()]
        for guide in chart.guides
    ]
    assert first[0][1] == first[1][1] < second[0][1] == second[1][1]
    assert first[1][0] == second[0][0]
    assert second[1][0] == chart.right


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            "Réponses\u00a0: 2, du 01/03/2026 au 02/03/2026\u00a0; probabilités de "
            "20,0\u00a0% à 40,0\u00a0%. La dernière est de 40,0\u00a0%\u00a0: "
            "au-dessus du seuil.",
        ),
        (
            "en",
            "Answers: 2, from 03/01/2026 to 03/02/2026; probabilities from 20.0% to "
            "40.0%. The last is 40.0%: above the threshold.",
        ),
    ],
)
def test_the_words_say_what_the_line_shows(language, said):
    with override(language):
        assert person_chart([row(0, 0.2), row(1, 0.4)], "p").description == said


def test_the_words_name_each_break():
    with override("en"):
        chart = person_chart([row(0, 0.2, "1.0.0", 0.5), row(1, 0.4)], "p")

    assert chart.description.endswith(
        "breaks where the release or threshold changes: 03/01/2026, 1.0.0, threshold "
        "50%. 03/02/2026, 1.1.0, threshold 33%."
    )


def test_only_the_newest_are_drawn():
    rows = [row(day, 0.2) for day in range(MOST_DRAWN + 5)]
    rows[4].proba_depart = 0.9

    chart = person_chart(rows, "p")

    assert len(chart.marks) == MOST_DRAWN
    assert "90" not in chart.description


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_it_is_a_picture_however_many_answers_there_are(count):
    rows = [row(0, 0.2) for _ in range(count)]

    chart = person_chart(rows, "p")

    root = ElementTree.fromstring(drawn(chart, standalone=True))
    assert root.find(f"{SVG}desc").text
    assert all(chart.left <= mark.x <= chart.right for mark in chart.marks)
    assert all(chart.top <= mark.y <= chart.bottom for mark in chart.marks)
