"""Where the marks of a chart go, and how its picture is written."""

from collections.abc import Iterable
from math import ceil
from xml.etree import ElementTree

import pytest
from django.utils.translation import override

from attrition import releases
from attrition.features import BY_NAME
from attrition.field import Value
from attrition.releases import Release
from attrition.scorecard import ChoicePoints, FieldPoints, NumberPoints, Scorecard
from predictions import card_charts
from predictions.charts import Axis, Bar, Bars, Mark, Plot
from predictions.templatetags.charts import draw, drawn
from tests import shipped

SVG = "{http://www.w3.org/2000/svg}"
SHARES = Axis("share", 0, 1, [(0, "0 %"), (1, "100 %")])
ROWS = [("Non", 0.0, "0,00"), ("Oui", 1.0, "+1,00"), ("Jamais", -0.5, "−0,50")]


def plot(**changes) -> Plot:
    return Plot("roc", "ROC", "What it shows.", SHARES, SHARES, **changes)


def pairs(path: str) -> list[tuple[float, ...]]:
    """The corners of a polyline."""
    return [tuple(map(float, corner.split(","))) for corner in path.split()]


def ends(item: FieldPoints) -> Iterable[Value]:
    """The values that count the least and the most, maybe among others."""
    return (item.low, item.high) if isinstance(item, NumberPoints) else item.table


def sizes_of(release: Release) -> dict[str, list[float]]:
    """The points that the charts of a release show, by field."""
    return {
        item.field: [item.points(value) for value in ends(item)]
        + ([item.unseen] if has_rare(item, release) else [])
        for item in release.scorecard.fields
    }


def has_rare(item: FieldPoints, release: Release) -> bool:
    """Whether somebody can be scored by a value without points of its own."""
    if isinstance(item, NumberPoints):
        return False
    choices = BY_NAME[item.field].choices or release.categories.get(item.field, [])
    return any(item.is_rare(value) for value in choices)


def every_chart(version: str) -> list[Plot | Bars]:
    release = releases.load(version)
    return [
        *card_charts.measured(release.card),
        *card_charts.points(release.scorecard, release.categories),
    ]


# Bars


def test_what_raises_starts_at_the_middle_and_goes_to_the_right():
    assert Bar.of(1.0, 2.0, middle=80, half=78) == Bar(x=80, width=39, raises=True)


def test_what_lowers_ends_at_the_middle_and_comes_from_the_left():
    assert Bar.of(-1.0, 2.0, middle=80, half=78) == Bar(x=41, width=39, raises=False)


@pytest.mark.parametrize("size", [3.0, -3.0])
def test_the_largest_bar_has_the_full_length(size):
    assert Bar.of(size, 3.0, middle=80, half=78).width == 78


@pytest.mark.parametrize("largest", [0, 0.0, 1.0])
def test_nothing_is_a_bar_without_any_length(largest):
    bar = Bar.of(0.0, largest, middle=80, half=78)

    assert (bar.x, bar.width) == (80, 0)


def test_no_rows_are_an_empty_chart():
    chart = Bars("poste", "Poste", "Nothing.", [], largest=0.0)

    root = ElementTree.fromstring(drawn(chart, standalone=True))
    assert chart.rows == []
    assert int(root.get("height")) > 0


def test_a_row_keeps_its_place_and_its_words():
    chart = Bars("x", "X", "Text.", ROWS, largest=2.0)

    tops = [top for _, _, top, _ in chart.rows]
    assert [label for label, *_ in chart.rows] == ["Non", "Oui", "Jamais"]
    assert tops == sorted(set(tops))
    assert tops[-1] + chart.row <= chart.height


def test_what_raises_is_filled_and_what_lowers_is_hatched():
    chart = Bars("x", "X", "Text.", ROWS, largest=1.0)

    root = ElementTree.fromstring(drawn(chart, standalone=False))
    _, raises, lowers = root.findall(f"{SVG}rect")
    hatch = root.find(f"{SVG}defs/{SVG}pattern").get("id")
    assert raises.get("fill") == "currentColor"
    assert lowers.get("fill") == f"url(#{hatch})"
    assert float(raises.get("x")) == chart.middle
    assert float(lowers.get("x")) + float(lowers.get("width")) == chart.middle


# Plots


def test_a_plot_has_its_origin_at_the_bottom_left():
    chart = plot(line=[(0, 0), (1, 1)], marks=[Mark(0.5, 0.5, low=0.25, high=0.75)])

    [mark] = chart.marks
    assert pairs(chart.line) == [(chart.left, chart.bottom), (chart.right, chart.top)]
    assert mark.x == (chart.left + chart.right) / 2
    assert mark.y == (chart.top + chart.bottom) / 2
    assert chart.bottom > mark.low > mark.y > mark.high > chart.top


def test_a_dot_without_an_interval_has_no_line_through_it():
    alone, within = (
        drawn(plot(marks=[mark]), standalone=False)
        for mark in (Mark(0.5, 0.5), Mark(0.5, 0.5, low=0.0, high=1.0))
    )

    assert alone.count("<circle") == within.count("<circle") == 1
    assert within.count("<line") == alone.count("<line") + 1


def test_an_axis_of_one_single_value_divides_by_nothing():
    assert Axis("years", 3, 3, []).share(3) == 0


def test_a_guide_is_drawn_with_dashes_and_the_line_without():
    chart = plot(line=[(0, 1), (1, 1)], guide=[(0, 0), (1, 1)])

    root = ElementTree.fromstring(drawn(chart, standalone=False))
    guide, line = root.findall(f"{SVG}polyline")
    assert pairs(guide.get("points")) == [
        (chart.left, chart.bottom),
        (chart.right, chart.top),
    ]
    assert guide.get("stroke-dasharray")
    assert line.get("stroke-dasharray") is None


# What a card draws


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_every_mark_of_a_card_is_inside_its_picture(version):
    for chart in every_chart(version):
        if isinstance(chart, Bars):
            for _, _, top, bar in chart.rows:
                assert bar.x >= 0
                assert bar.x + bar.width <= chart.width
                assert 0 <= top < chart.height
            continue
        corners = [*pairs(chart.line), *pairs(chart.guide)]
        for mark in chart.marks:
            ends = (mark.low, mark.y, mark.high)
            corners += [(mark.x, y) for y in ends if y is not None]
        assert corners
        assert all(chart.left <= x <= chart.right for x, _ in corners), chart.name
        assert all(chart.top <= y <= chart.bottom for _, y in corners), chart.name


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_all_fields_share_one_scale(version):
    release = releases.load(version)
    points = sizes_of(release)
    largest = max(abs(size) for sizes in points.values() for size in sizes)

    charts = card_charts.points(release.scorecard, release.categories)

    assert {chart.name for chart in charts} == set(points)
    assert {
        (chart.y.low, chart.y.high) for chart in charts if isinstance(chart, Plot)
    } == {(-ceil(largest), ceil(largest))}
    for chart in charts:
        if isinstance(chart, Bars):
            widths = sorted(bar.width / Bars.half for *_, bar in chart.rows)
            sizes = sorted(abs(size) / largest for size in points[chart.name])
            assert widths == pytest.approx(sizes, abs=0.001)


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_the_field_that_can_move_a_score_most_comes_first(version):
    release = releases.load(version)
    spread = {
        name: max(sizes) - min(sizes) for name, sizes in sizes_of(release).items()
    }

    charts = card_charts.points(release.scorecard, release.categories)

    order = [chart.name for chart in charts]

    assert [spread[name] for name in order] == sorted(spread.values(), reverse=True)


def test_the_charts_of_what_was_measured_mark_the_releases_threshold():
    card = releases.load(shipped.SERVES).card
    [row] = [
        row
        for row in card["threshold"]["table"]
        if row["threshold"] == card["threshold"]["value"]
    ]

    calibration, roc, precision_recall = card_charts.measured(card)

    assert len(calibration.marks) == len(card["calibration"]["bins"])
    assert roc.marks == plot(marks=[Mark(row["false_alarms"], row["recall"])]).marks
    assert (
        precision_recall.marks
        == plot(marks=[Mark(row["recall"], row["precision"])]).marks
    )


def test_a_card_of_format_1_draws_what_it_has_measured():
    card = releases.load("1.0.0").card

    assert [chart.name for chart in card_charts.measured(card)] == ["precision-recall"]


def test_charts_that_stand_side_by_side_are_as_wide_and_plots_as_high():
    release = releases.load(shipped.SERVES)
    measured = card_charts.measured(release.card)
    points = card_charts.points(release.scorecard, release.categories)

    assert len({chart.width for chart in [*measured, *points]}) == 1
    for charts in (measured, points):
        plots = [chart for chart in charts if isinstance(chart, Plot)]
        assert len({(c.height, c.left, c.right, c.top, c.bottom) for c in plots}) == 1


# The picture as it is written


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_coordinates_have_dots_whatever_the_readers_notation(version, language):
    with override(language):
        pictures = [ElementTree.fromstring(draw(c)) for c in every_chart(version)]

    for element in (element for picture in pictures for element in picture.iter()):
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "height"):
            if name in element.attrib:
                float(element.get(name))
        if element.get("width") != "100%":
            float(element.get("width", 0))
        for corner in element.get("points", "").split():
            assert len([float(part) for part in corner.split(",")]) == 2


def test_a_picture_says_in_words_what_it_shows():
    root = ElementTree.fromstring(draw(Bars("x", "A & B", "1 < 2.", ROWS, 1.0)))

    title, text = (root.find(f"{SVG}{name}").get("id") for name in ("title", "desc"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == title
    assert root.get("aria-describedby") == text
    assert root.find(f"{SVG}title").text == "A & B"
    text = root.find(f"{SVG}desc").text
    assert text.startswith("1 < 2.")
    assert "Jamais\u00a0: −0,50." in text


def test_only_a_picture_that_stands_alone_brings_its_paper():
    chart = Bars("x", "X", "Text.", ROWS, largest=1.0)

    assert 'fill="#fff"' in drawn(chart, standalone=True)
    assert 'fill="#fff"' not in draw(chart)


RARE = "held by fewer than 10 people"
TRAVEL = "frequence_deplacement"


@pytest.mark.parametrize(
    ("choices", "known", "is_shown"),
    [
        (ChoicePoints("poste", {"A": 0.0}, "A", "A", -0.4), ["A", "B"], True),
        (ChoicePoints("poste", {"A": 0.0}, "A", "A", -0.4), ["A"], False),
        (ChoicePoints(TRAVEL, {"Aucun": 0.0}, "Aucun", "Aucun", -0.4), [], True),
        (ChoicePoints("niveau_education", {3: 0.0}, 3, 3, -0.4, (3, 3)), [], False),
        (ChoicePoints("niveau_education", {1: 0, 4: 0}, 1, 1, -0.4, (1, 4)), [], True),
        (
            ChoicePoints("nombre_participation_pee", {0: 0, 2: 0}, 0, 0, -0.4, (0, 2)),
            [],
            True,
        ),
    ],
    ids=["role", "no other role", "travel", "nearest mark", "mark in a gap", "count"],
)
def test_what_has_no_points_of_its_own_is_drawn_where_somebody_can_have_it(
    choices, known, is_shown
):
    scorecard = Scorecard(0.0, (choices,))

    with override("en"):
        [chart] = card_charts.points(scorecard, {choices.field: known})

    shown = {label: points for label, points, *_ in chart.rows}
    assert (RARE in shown) is is_shown
    assert shown.get(RARE, "\u22120.40") == "\u22120.40"


# What is broken, named and counted


def test_a_line_in_parts_is_as_many_lines():
    chart = plot(lines=[[(0, 0), (0.5, 0.5)], [(0.5, 0.2), (1, 1)]])

    root = ElementTree.fromstring(drawn(chart, standalone=False))
    found = root.findall(f"{SVG}polyline[@class='part']")
    assert [len(pairs(line.get("points"))) for line in found] == [2, 2]


def test_names_of_changes_do_not_stand_on_each_other():
    names = [(i / 20, f"release {i}.0.0") for i in range(5)]

    chart = plot(changes=names)

    places = [(change.y, change.x) for change in chart.changes]
    assert len({y for y, _ in places}) == 5
    assert all(y < chart.top for y, _ in places)
    assert chart.height > plot().height


def test_a_name_at_the_right_edge_is_written_to_the_left():
    [left, right] = plot(changes=[(0, "1.0.0"), (1, "release 1.1.0")]).changes

    assert (left.anchor, right.anchor) == ("start", "end")
    assert left.y == right.y


def test_very_many_changes_are_drawn_and_only_some_named():
    names = [(i / 100, f"release {i}.0.0") for i in range(50)]

    chart = plot(changes=names)

    assert len(chart.changes) == 50
    assert chart.height <= plot().height + 6 * 13


def test_a_column_stands_on_the_axis():
    chart = plot(columns=[(0, 0.5, 1), (0.5, 1, 0.5)])

    first, second = chart.columns
    assert first["x"] == chart.left
    assert first["y"] == chart.top
    assert first["y"] + first["height"] == second["y"] + second["height"]
    assert second["y"] + second["height"] == chart.bottom
    assert first["x"] + first["width"] == second["x"]
