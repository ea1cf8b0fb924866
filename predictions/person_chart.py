"""One employee's probabilities over time, and the thresholds that they met."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from attrition.typography import share_in_words
from predictions.charts import Axis, Mark, Plot
from predictions.models import Prediction
from predictions.timeline import days, parts, share_in_full
from predictions.words import class_in_words, percent, release_in_words

MOST_DRAWN = 100
Part = list[Prediction]
SECONDS_A_DAY = 86_400


def person_chart(rows: Iterable[Prediction], name: str) -> Plot:
    """The newest of the rows, at most `MOST_DRAWN`; `name` is the chart's on its page.

    The line is broken where the release or the threshold changes: what is on its two
    sides was not measured alike.
    """
    shown = sorted(rows, key=lambda row: (row.created_at, row.pk))[-MOST_DRAWN:]
    found = list(parts(([row] for row in shown), _measure))
    times = _times(shown)
    shares = [(i / 5, share_in_words(i / 5, 0)) for i in range(6)]
    return Plot(
        name,
        _("Probability over time"),
        _in_words(shown, found),
        times,
        Axis(_("probability"), 0, 1, shares),
        lines=[[(_at(row.created_at), row.proba_depart) for row in p] for p in found],
        marks=[Mark(_at(row.created_at), row.proba_depart) for row in shown],
        radius=3,
        guides=list(_thresholds(found, times.high)),
        changes=[(_at(part[0].created_at), _name(part[0])) for part in found],
    )


def _measure(row: Prediction) -> tuple[str, float]:
    return release_in_words(row), row.threshold


def _at(moment: datetime) -> float:
    """In days, as the axis has them."""
    local = localtime(moment)
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return local.toordinal() + seconds / SECONDS_A_DAY


def _times(shown: Sequence[Prediction]) -> Axis:
    ends = [localtime(row.created_at).date() for row in (*shown[:1], *shown[-1:])]
    if not ends:
        return Axis("", 0, 1, [])
    axis = days(*ends)
    return Axis("", axis.low, max(axis.high, ends[1].toordinal() + 1), axis.ticks)


def _thresholds(
    found: Sequence[Part], last: float
) -> Iterator[list[tuple[float, float]]]:
    """Each as far as its part goes: to where the next one begins."""
    starts = [_at(part[0].created_at) for part in found]
    for part, start, end in zip(found, starts, [*starts[1:], last], strict=False):
        threshold = part[0].threshold
        yield [(start, threshold), (end, threshold)]


def _name(row: Prediction) -> str:
    version, threshold = _measure(row)
    names = {"version": version, "threshold": share_in_full(threshold)}
    return _("%(version)s, threshold %(threshold)s") % names


def _in_words(shown: Sequence[Prediction], found: Sequence[Part]) -> str:
    if not shown:
        return _("No answer yet.")
    last = shown[-1]
    values = [row.proba_depart for row in shown]
    sentences = [
        _(
            "Answers: %(count)s, from %(first)s to %(until)s; probabilities from "
            "%(low)s to %(high)s. The last is %(last)s: %(side)s."
        )
        % {
            "count": len(shown),
            "first": _day(shown[0]),
            "until": _day(last),
            "low": share_in_words(min(values)),
            "high": share_in_words(max(values)),
            "last": percent(last.proba_depart, last.threshold),
            "side": class_in_words(last.prediction, last.warnings),
        }
    ]
    if len(found) > 1:
        sentences.append(_("The line breaks where the release or threshold changes:"))
        sentences += [f"{_day(part[0])}, {_name(part[0])}." for part in found]
    return " ".join(sentences)


def _day(row: Prediction) -> str:
    return date_format(localtime(row.created_at), "SHORT_DATE_FORMAT")
