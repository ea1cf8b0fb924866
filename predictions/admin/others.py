"""What else the log knows of a row's employee: their other answers."""

from django.template.loader import render_to_string
from django.urls import reverse

from predictions.models import Prediction
from predictions.models.newest import NEWEST_OF_SOME
from predictions.words import class_in_words, percent

MOST = 10  # in the table; the chart and the list behind it have more


def other_answers(row):
    """As a chart and a table; `row` itself is in the chart alone."""
    if row.employee_id is None:
        return "–"
    of_person = Prediction.objects.filter(employee_id=row.employee_id)
    others = of_person.exclude(pk=row.pk).order_by(*NEWEST_OF_SOME)[:MOST]
    query = {"q": row.employee_id}
    context = {
        "rows": [_in_words(other) for other in others],
        "all_address": reverse("admin:predictions_prediction_changelist", query=query),
    }
    return render_to_string("admin/predictions/others.html", context)


def _in_words(other):
    other.percent = percent(other.proba_depart, other.threshold)
    other.side = class_in_words(other.prediction, other.warnings)
    return other
