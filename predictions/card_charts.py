"""The pictures of a model card: calibration, ROC, precision–recall, and the points."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from attrition.features import BY_NAME
from attrition.field import Value, number_in_words
from attrition.scorecard import ChoicePoints, FieldPoints, NumberPoints, Scorecard
from attrition.typography import share_in_words, signed
from predictions.charts import Axis, Bars, Mark, Plot
from predictions.words import value_in_words

Card = Mapping[str, Any]
STEPS = 40  # of the line of a number's points


def measured(card: Card) -> list[Plot]:
    """The plots of what a card has measured; a card of format 1 has fewer."""
    table = card["threshold"]["table"]
    plots = []
    if "bins" in card["calibration"]:
        plots.append(_calibration(card["calibration"]["bins"]))
    if "false_alarms" in table[0]:
        plots.append(_roc(table, card["threshold"]["value"]))
    if "precision" in table[0]:
        plots.append(_precision_recall(table, card))
    return plots


def _shares(label: str) -> Axis:
    ticks = [(i / 5, share_in_words(i / 5, 0)) for i in range(6)]
    return Axis(label, 0, 1, ticks)


def _calibration(bins: list[Mapping[str, Any]]) -> Plot:
    marks = [Mark(b["mean_probability"], b["left"], *b["left_interval"]) for b in bins]
    description = _(
        "Ten groups of people from the lowest to the highest probability: who left, "
        "between %(low)s and %(high)s of them, beside the mean probability."
    ) % {
        "low": share_in_words(min(mark.y for mark in marks), 0),
        "high": share_in_words(max(mark.y for mark in marks), 0),
    }
    return Plot(
        "calibration",
        _("Calibration"),
        description,
        _shares(_("mean probability")),
        _shares(_("share who left")),
        marks=marks,
        guide=[(0, 0), (1, 1)],
    )


def _roc(table: list[Mapping[str, Any]], threshold: float) -> Plot:
    line = [(row["false_alarms"], row["recall"]) for row in table]
    chosen = [
        Mark(row["false_alarms"], row["recall"])
        for row in table
        if row["threshold"] == threshold
    ]
    description = _(
        "Leavers who are flagged, against people who stayed and are flagged, from the "
        "highest threshold to the lowest; the dot is the release's."
    )
    return Plot(
        "roc",
        _("ROC curve"),
        description,
        _shares(_("flagged among those who stayed")),
        _shares(_("flagged among those who left")),
        line=line,
        marks=chosen,
        guide=[(0, 0), (1, 1)],
    )


def _precision_recall(table: list[Mapping[str, Any]], card: Card) -> Plot:
    rows = [row for row in table if row["precision"] is not None]
    base_rate = card["calibration"]["base_rate"]
    description = _(
        "Of those flagged, who left, against the leavers who are flagged; the dot is "
        "the release's threshold, the dashes what flagging at random gives."
    )
    return Plot(
        "precision-recall",
        _("Precision and recall"),
        description,
        _shares(_("recall: flagged among those who left")),
        _shares(_("precision: left among those flagged")),
        line=[(row["recall"], row["precision"]) for row in rows],
        marks=[
            Mark(row["recall"], row["precision"])
            for row in rows
            if row["threshold"] == card["threshold"]["value"]
        ],
        guide=[(0, base_rate), (1, base_rate)],
    )


def points(
    scorecard: Scorecard, categories: Mapping[str, list[str]]
) -> list[Plot | Bars]:
    """One chart a field, on one scale, those that can move a score most first.

    `categories` are the values that the release knows, with points of their own or not.
    """
    found = [
        (item, list(_values(item, categories.get(item.field, []))))
        for item in scorecard.fields
    ]
    largest = max((abs(p) for _, values in found for _, p in values), default=1.0)
    found.sort(key=lambda pair: _spread(pair[1]), reverse=True)
    return [_points(item, values, largest) for item, values in found]


def _spread(values: list[tuple[Any, float]]) -> float:
    sizes = [size for _, size in values]
    return max(sizes) - min(sizes)


def _values(item: FieldPoints, known: list[str]) -> Iterator[tuple[Any, float]]:
    """The values to show, each with its points, in the field's own order.

    None stands for all that count without points of their own, where there are any.
    """
    if isinstance(item, NumberPoints):
        for i in range(STEPS + 1):
            # Closer together near the low end, where a square root is steep.
            value = item.low + (item.high - item.low) * (i / STEPS) ** 2
            yield value, item.points(value)
        return
    order = [v for v in BY_NAME[item.field].choices if v in item.table]
    for value in order or item.table:
        yield value, item.points(value)
    if any(item.is_rare(value) for value in _possible(item, known)):
        yield None, item.unseen


def _possible(item: ChoicePoints, known: list[str]) -> Sequence[Value]:
    if choices := BY_NAME[item.field].choices:
        return choices
    if item.clip is not None:
        low, high = map(int, item.clip)
        return range(low, high + 1)
    return known


def _points(
    item: FieldPoints, values: list[tuple[Any, float]], largest: float
) -> Plot | Bars:
    field = BY_NAME[item.field]
    usual = value_in_words(item.field, item.usual)
    if not isinstance(item, NumberPoints):
        rows = [(_in_words(item, v), p, signed(p)) for v, p in values]
        description = _("Points of each value; the usual one, %(usual)s, has 0.") % {
            "usual": usual
        }
        return Bars(item.field, str(field.label), description, rows, largest)
    description = _(
        "Points from %(first)s at %(low)s to %(last)s at %(high)s; the usual value, "
        "%(usual)s, has 0."
    ) % {
        "first": signed(values[0][1]),
        "low": value_in_words(item.field, item.low),
        "last": signed(values[-1][1]),
        "high": value_in_words(item.field, item.high),
        "usual": usual,
    }
    ends = [item.low, item.usual, item.high]
    unit = str(field.unit)
    height = -(-largest // 1)  # the next whole number
    return Plot(
        item.field,
        str(field.label),
        description,
        Axis(
            unit,
            item.low,
            item.high,
            [(value, number_in_words(value)) for value in _apart(ends)],
        ),
        Axis(
            _("points"),
            -height,
            height,
            [(value, signed(value, 0)) for value in (-height, 0, height)],
        ),
        line=values,
        marks=[Mark(item.usual, 0)],
        guide=[(item.low, 0), (item.high, 0)],
        height=190,
    )


def _in_words(item: FieldPoints, value: Any) -> str:
    if value is None:
        return _("held by fewer than 10 people")
    return value_in_words(item.field, value)


def _apart(ends: list[float]) -> list[float]:
    """The bounds, and the usual value where its label has room between them."""
    low, usual, high = ends
    room = (high - low) * 0.15
    return ends if low + room < usual < high - room else [low, high]
