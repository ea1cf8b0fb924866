"""Why a score is what it is, in words: the contributions, or why there are none."""

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import (
    InvalidFeatures,
    ReleaseElsewhere,
    ReleaseGone,
    ReleaseRejected,
    ReleaseReplaced,
)
from attrition.scorecard import probability_of
from attrition.typography import signed, titled
from predictions import sight
from predictions.answers import explanation
from predictions.charts import Bar
from predictions.models import Source
from predictions.services import explain
from predictions.words import direction_in_words, percent, reason_in_words


def why(row):
    if row.input_payload is None:
        return _("The payload is gone: the contributions can be shown no more.")
    try:
        explained = explain(row)
    except (ReleaseRejected, InvalidFeatures) as error:
        return _no_reasons(error, row)
    found = explanation(explained)["contributions"]
    if not row.sight.values:
        return _masked(found, explained, row)
    context = {
        "usual": percent(probability_of(explained.base), row.threshold),
        "found": percent(row.proba_depart, row.threshold),
        "survey_is_one": not row.sight.survey,
        "lines": list(_lines(sight.grouped(found, row.sight))),
        # A value that was imputed is no fact about the person.
        "usual_ones": _labels(found, row, imputed=False),
        "imputed": _labels(found, row, imputed=True),
    }
    return render_to_string("admin/predictions/why.html", context)


def _masked(found, explained, row):
    """No field but those that were missing: that one counts, and to which side, is its
    value to whoever reads the model card."""
    context = {
        "are_masked": True,
        "usual": percent(probability_of(explained.base), row.threshold),
        "found": percent(row.proba_depart, row.threshold),
        "imputed": _labels(found, row, imputed=True),
    }
    return render_to_string("admin/predictions/why.html", context)


def _lines(items):
    """Each contribution that counts, with its size."""
    largest = max((abs(item["points"]) for item in items), default=0)
    for item in items:
        size = item["points"]
        if not size:
            continue
        words = reason_in_words(item)
        if item["field"] == sight.SURVEY_TOGETHER:
            words = titled(item["label"], direction_in_words(size))
        bar = Bar.of(size, largest, middle=80, half=78)
        yield {"words": words, "points": signed(size), "bar": bar}


def _labels(found, row, *, imputed):
    """Fields without points. That an answer is the usual one is its value too."""
    return ", ".join(
        item["label"]
        for item in found
        if not item["points"]
        and (item["value"] is None) == imputed
        and (imputed or row.sight.sees(item["field"]))
    )


def _no_reasons(error, row):
    match error:
        case ReleaseElsewhere():
            return _(
                "The proof of concept gave this answer, with a model that is not here: "
                "there are no contributions to show."
            )
        case ReleaseGone():
            return _(
                "The release that gave this answer is no longer available, so the "
                "contributions cannot be shown."
            )
        case ReleaseReplaced():
            return _(
                "What has that release's name now is not what gave this answer, so the "
                "contributions cannot be shown: its folder must be put back as it was."
            )
        case InvalidFeatures():
            return _(
                "The release that gave this answer cannot read the data on record, so "
                "the contributions cannot be shown."
            )
    sentence = _(
        "The release that gave this answer is damaged, so the contributions cannot be "
        "shown: manage.py check_release %(version)s says what is wrong, and what to do."
    )
    return sentence % {"version": row.model_version}


def of_ten_in_words(row):
    """For a row above its threshold, what the card measured there; else empty."""
    is_thin = any(warning["code"] == "thin_evidence" for warning in row.warnings)
    if is_thin or not row.prediction or row.source == Source.IMPORTED:
        return ""
    try:
        card = releases.load(row.model_version).card
    except ReleaseRejected:
        return ""
    for measured in card["threshold"].get("table") or ():
        precision = measured["precision"]
        if measured["threshold"] == row.threshold and precision is not None:
            sentence = _(
                "Of 10 people above this threshold, about %(left)s left and %(stayed)s "
                "stayed, among people like those of training."
            )
            left = round(10 * precision)
            return sentence % {"left": left, "stayed": 10 - left}
    return ""
