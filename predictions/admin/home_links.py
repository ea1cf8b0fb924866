"""The list behind a figure of the home page: as many rows as the figure says."""

from urllib.parse import urlencode

from django.urls import reverse

from predictions.home_figures import Period
from predictions.models import BINS, Source

OURS = {"ours": "yes"}


def answers(period: Period | None = None, *, version: str = "", above: bool = False):
    """The predictions of a period, of a release, above the threshold."""
    query = OURS | (_within("created_at", period) if period else {})
    if version:
        query["model_version"] = version
    if above:
        query["prediction__exact"] = 1
    return _list("prediction", query)


def answers_in_bin(place: int, period: Period, version: str):
    """Those of one column of the histogram; the last one has 1 in it."""
    query = OURS | _within("created_at", period) | {"model_version": version}
    query["proba_depart__gte"] = place / BINS
    if place < BINS - 1:
        query["proba_depart__lt"] = (place + 1) / BINS
    return _list("prediction", query)


def copies():
    """What the proof of concept has answered."""
    return _list("prediction", {"source__exact": Source.IMPORTED})


def department(name: str):
    """None where the department isn't known: no filter finds these people."""
    return _list("prediction", {"department": name}) if name else None


def refusals(period: Period, code: str = ""):
    query = _within("created_at", period)
    return _list("refusal", {**query, "code": code} if code else query)


def unknown_callers(period: Period):
    return _list("unknowncallers", _within("day", period))


def _within(name, period):
    return {
        f"{name}__gte": period.first.isoformat(),
        f"{name}__lt": period.end.isoformat(),
    }


def _list(model, query):
    address = reverse(f"admin:predictions_{model}_changelist")
    return f"{address}?{urlencode(query)}" if query else address
