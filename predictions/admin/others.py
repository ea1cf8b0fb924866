"""What the log knows of one employee: their answers, as a chart and a table."""

from django.template.loader import render_to_string
from django.urls import reverse

from predictions.models import Prediction
from predictions.models.newest import NEWEST_OF_SOME
from predictions.person_chart import MOST_DRAWN, person_chart
from predictions.words import class_in_words, percent, release_in_words

MOST = 10  # in the table; the chart has more, and the list behind it all


def other_answers(row):
    """Of whom a row of the log is about; the row itself is in the chart alone."""
    if row.employee_id is None:
        return "–"
    return answers_of(row.employee_id, but=row.pk)


def answers_of(employee_id, but=None):
    of_person = Prediction.objects.filter(employee_id=employee_id)
    newest = of_person.defer("input_payload").order_by(*NEWEST_OF_SOME)
    found = list(newest[:MOST_DRAWN])
    query = {"q": employee_id}
    context = {
        "rows": [_in_words(row) for row in found if row.pk != but][:MOST],
        "chart": person_chart(found, "history") if len(found) > 1 else None,
        "of_one_page": but is not None,
        "all_address": reverse("admin:predictions_prediction_changelist", query=query),
    }
    return render_to_string("admin/predictions/others.html", context)


def _in_words(row):
    row.percent = percent(row.proba_depart, row.threshold)
    row.release = release_in_words(row)
    row.side = class_in_words(row.prediction, row.warnings)
    return row
