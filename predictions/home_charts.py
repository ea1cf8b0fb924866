"""The pictures of the home page: the share above the threshold, and probabilities."""

from collections.abc import Iterator, Sequence
from math import ceil, log10

from django.utils.translation import gettext as _

from attrition.field import number_in_words
from attrition.typography import share_in_words
from predictions.charts import Axis, Mark, Plot
from predictions.home_figures import Point
from predictions.models import BINS
from predictions.timeline import day_in_words, days, parts, share_in_full

DOTS = 40  # more points than that are a line alone
STEPS = 4  # of an axis that begins at 0


def share_chart(steps: Sequence[Sequence[Point]]) -> Plot:
    """The share above the threshold over time; `steps` are not empty."""
    found = list(parts(steps, lambda point: point.measure))
    shown = [point for part in found for point in part]
    high = ceil(max(point.share for point in shown) * 5) / 5 or 0.2
    ticks = [(high * i / STEPS, share_in_words(high * i / STEPS, 0)) for i in range(5)]
    lone = [part[0] for part in found if len(part) == 1]
    return Plot(
        "share-above",
        _("Share above the threshold"),
        _share_in_words(shown, found),
        days(shown[0].period.first, steps[-1][0].period.first),
        Axis(_("share above the threshold"), 0, high, ticks),
        lines=[[(_at(point), point.share) for point in part] for part in found],
        marks=[
            Mark(_at(point), point.share)
            for point in (shown if len(steps) <= DOTS else lone)
        ],
        radius=3,
        changes=[(_at(part[0]), measure_in_words(part[0])) for part in found],
    )


def _at(point: Point) -> int:
    return point.period.first.toordinal()


def measure_in_words(point: Point) -> str:
    """The release and its threshold; both ends where that changed in between."""
    names = {
        "version": point.model_version,
        "threshold": share_in_full(point.lowest),
        "highest": share_in_full(point.highest),
    }
    if point.lowest == point.highest:
        return _("%(version)s, threshold %(threshold)s") % names
    return _("%(version)s, thresholds %(threshold)s to %(highest)s") % names


def _share_in_words(shown: Sequence[Point], found: Sequence[list[Point]]) -> str:
    shares = [point.share for point in shown]
    last = max(shown, key=_at)
    low, high = share_in_words(min(shares)), share_in_words(max(shares))
    if low == high:
        text = _("%(share)s of the answers all along.") % {"share": low}
    else:
        text = _(
            "Between %(low)s and %(high)s of the answers; at the end %(last)s."
        ) % {"low": low, "high": high, "last": share_in_words(last.share)}
    if len(found) == 1:
        return f"{text} {measure_in_words(last)}."
    starts = [
        f"{day_in_words(part[0].period.first)}, {measure_in_words(part[0])}."
        for part in found
    ]
    breaks = _("The line breaks where the release or threshold changes:")
    return " ".join([text, breaks, *starts])


def distribution_chart(bins: Sequence[int], thresholds: Sequence[float]) -> Plot:
    """How many answers have which probability, with the threshold drawn in; there is
    at least one answer."""
    high = _round_number(max(bins))
    ticks = [(high * i / STEPS, number_in_words(high * i / STEPS)) for i in range(5)]
    if high < STEPS:
        ticks = [(i, number_in_words(i)) for i in range(high + 1)]
    return Plot(
        "distribution",
        _("Distribution of the probabilities"),
        _distribution_in_words(bins, thresholds),
        Axis(
            _("probability"),
            0,
            1,
            [(i / 5, share_in_words(i / 5, 0)) for i in range(6)],
        ),
        Axis(_("answers"), 0, high, ticks),
        columns=[
            (i / BINS, (i + 1) / BINS, count) for i, count in enumerate(bins) if count
        ],
        changes=[(value, threshold_in_words(value)) for value in thresholds],
    )


def threshold_in_words(value: float) -> str:
    return _("threshold %(threshold)s") % {"threshold": share_in_full(value)}


def bin_in_words(place: int) -> str:
    return _("%(low)s to %(high)s") % {
        "low": share_in_words(place / BINS, 0),
        "high": share_in_words((place + 1) / BINS, 0),
    }


def _distribution_in_words(bins: Sequence[int], thresholds: Sequence[float]) -> str:
    fullest = max(range(BINS), key=lambda place: bins[place])
    text = _("Of %(count)s answers most, %(most)s, have a probability of %(where)s.")
    said = text % {
        "count": number_in_words(sum(bins)),
        "most": number_in_words(bins[fullest]),
        "where": bin_in_words(fullest),
    }
    return " ".join([said, *_sentences(thresholds)])


def _sentences(thresholds: Sequence[float]) -> Iterator[str]:
    for value in thresholds:
        yield _("The threshold is at %(threshold)s.") % {
            "threshold": share_in_full(value)
        }


def _round_number(most: int) -> int:
    """The next of 1, 2, 4, 8, 12, 20, 40 …: from 4 on, quarters of it are whole."""
    size = 10 ** int(log10(most))
    rounds = (size * n for n in (1, 2, 4, 8, 12))
    return next(n for n in rounds if n >= most and (n < STEPS or n % STEPS == 0))
