"""The parts of the home page about answers: how many, which, of whom, by what."""

from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import ReleaseRejected
from attrition.field import number_in_words
from attrition.typography import share_in_words
from predictions import home_charts, home_figures
from predictions.admin import home_links as links
from predictions.admin.base import release_link
from predictions.home_figures import MONTH, Period
from predictions.timeline import day_in_words
from predictions.words import Words

NOTHING = "–"


def answers(today):
    """What the page shows of the log, as it was summarised last."""
    days = home_figures.recent_days(today)
    steps = home_figures.points(days, today)
    found, hidden = home_figures.departments()
    return {
        "copies": home_figures.has_copies() and links.copies(),
        "sums": [_sum(days, n, title, today) for n, title in _periods()],
        "share": steps and home_charts.share_chart(steps),
        "points": [_point(point) for step in reversed(steps) for point in step],
        "distribution": _distribution(days, Period.of_last(MONTH, today)),
        "departments": [_department(one) for one in found],
        "hidden": hidden,
        "fewest": home_figures.FEWEST_SHOWN,
        "releases": [_release(row) for row in home_figures.by_release()],
    }


def _periods():
    return [(1, _("today")), (7, _("last 7 days")), (MONTH, _("last 30 days"))]


def _sum(days, length, title, today):
    period = Period.of_last(length, today)
    rows = home_figures.within(days, period)
    count, above = sum(r.count for r in rows), sum(r.above for r in rows)
    return {"title": title, **_counts(count, above, period)}


def _counts(count, above, period=None, version=""):
    """Of some answers: how many, how many above, both with the lists behind them."""
    return {
        "count": number_in_words(count),
        "above": number_in_words(above),
        "share": share_in_words(above / count) if count else NOTHING,
        "list": links.answers(period, version=version),
        "list_above": links.answers(period, version=version, above=True),
    }


def _point(point):
    period, version = point.period, point.model_version
    return {
        "first": day_in_words(period.first),
        "last": day_in_words(period.last) if period.first != period.last else None,
        "measure": home_charts.measure_in_words(point),
        **_counts(point.count, point.above, period, version),
    }


def _distribution(days, period):
    """Of one release, for two of them have not the same scale."""
    rows = home_figures.within(days, period)
    version = _shown_release(rows)
    if version is None:
        return None
    rows = [row for row in rows if row.model_version == version]
    bins = home_figures.bins_of(rows)
    thresholds = sorted(
        {value for r in rows for value in (r.lowest_threshold, r.highest_threshold)}
    )
    return {
        "version": version,
        "chart": home_charts.distribution_chart(bins, thresholds),
        "bins": [
            {
                "words": home_charts.bin_in_words(place),
                "count": number_in_words(count),
                "list": links.answers_in_bin(place, period, version),
            }
            for place, count in enumerate(bins)
            if count
        ],
    }


def _shown_release(rows):
    """The one that serves, where it has answered; else the one that did so last."""
    used = [row.model_version for row in rows]
    try:
        serving = releases.current().version
    except ReleaseRejected:
        serving = None
    if serving in used:
        return serving
    return used[-1] if used else None


def _department(one):
    name = Words(one.name, "fr") if one.name else _("department not known")
    return {
        "name": name,
        "people": number_in_words(one.people),
        "above": number_in_words(one.above),
        "share": share_in_words(one.share),
        "mean": share_in_words(one.mean),
        "bar": round(one.share * 100, 1),
        "list": links.department(one.name),
    }


def _release(row):
    version = row["model_version"]
    return {
        "card": release_link(version),
        "first": day_in_words(row["first"]),
        "last": day_in_words(row["last"]),
        **_counts(row["answers"], row["flagged"], version=version),
    }
