"""The log, for people who read it."""

import json

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from attrition.errors import (
    InvalidFeatures,
    ReleaseGone,
    ReleaseRejected,
    ReleaseReplaced,
)
from attrition.features import BY_NAME, SPELLINGS
from attrition.field import Kind
from attrition.scorecard import probability_of
from attrition.typography import signed
from attrition.validation import CHANGES
from predictions.admin.base import asker, release_link
from predictions.admin.batch_rows import OfBatchFilter, place_in_batch
from predictions.admin.lists import NewestFirstList, PeriodFilter, ValuesInUseFilter
from predictions.admin.proofs import ProofAdmin
from predictions.answers import explanation, warnings_in_words
from predictions.charts import Bar
from predictions.models import Prediction
from predictions.services import explain
from predictions.words import (
    class_in_words,
    label_of,
    percent,
    reason_in_words,
)

DECIMALS = 4  # of a number as it was sent; hovering over it shows all of them


class DateAskedFilter(PeriodFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("date asked")


@admin.register(Prediction)
class PredictionAdmin(ProofAdmin):
    list_display = [
        "id",
        "when",
        "who",
        "chance",
        "side",
        "threshold",
        "model_version",
        "source",
        "asked_by",
    ]
    list_filter = [
        "prediction",
        ("model_version", ValuesInUseFilter),
        "source",
        ("created_at", DateAskedFilter),
        OfBatchFilter,
    ]
    sortable_by = ["when"]
    search_fields = ["employee_id"]  # shows the box; `about` does the search
    search_help_text = _(
        "Employee number, identifier of the payload or of the request, in full."
    )
    fieldsets = [
        (_("The answer"), {"fields": ["chance", "side", "threshold", "notes"]}),
        (_("Why"), {"fields": ["why"]}),
        (
            _("What was asked"),
            {"fields": ["who", "created_at", "source", "asked_by", "batch", "asked"]},
        ),
        (
            _("What answered"),
            {"fields": ["release", "artifact_sha256", "request_id"]},
        ),
        (_("How it is proven"), {"fields": ["proof"]}),
    ]

    def get_changelist(self, request, **kwargs):
        return NewestFirstList

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        titles = {"title": _title(row)} if row else {}
        return super().change_view(
            request, object_id, form_url, {**titles, **(extra_context or {})}
        )

    def get_ordering(self, request):
        # An index has a batch's rows in this order, however many they are. The titles
        # of the columns would say what the attribute `ordering` says, whatever this is.
        of_batch = OfBatchFilter.parameter_name in request.GET
        return ["batch_row"] if of_batch else ["-created_at", "-id"]

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        return (queryset.about(term) if term else queryset), False

    @admin.display(description=_("asked"), ordering="created_at")
    def when(self, row):
        return date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("employee"))
    def who(self, row):
        return "–" if row.employee_id is None else row.employee_id

    @admin.display(description=_("probability"))
    def chance(self, row):
        return percent(row.proba_depart, row.threshold)

    @admin.display(description=_("class"))
    def side(self, row):
        return class_in_words(row.prediction, row.warnings)

    @admin.display(description=_("asked by"))
    def asked_by(self, row):
        return asker(row)

    @admin.display(description=_("batch"))
    def batch(self, row):
        return place_in_batch(row)

    @admin.display(description=_("model version"))
    def release(self, row):
        return release_link(row.model_version)

    @admin.display(description=_("to know"))
    def notes(self, row):
        warnings = [
            {**w, "labels": ", ".join(map(label_of, w["fields"]))}
            for w in warnings_in_words(row.warnings)
        ]
        context = {"warnings": warnings}
        return render_to_string("admin/predictions/notes.html", context)

    @admin.display(description=_("contributions"))
    def why(self, row):
        try:
            explained = explain(row)
        except ReleaseGone:
            return _(
                "The release that gave this answer is no longer available, so the "
                "contributions cannot be shown."
            )
        except ReleaseReplaced:
            return _(
                "What has that release's name now is not what gave this answer, so the "
                "contributions cannot be shown: its folder must be put back as it was."
            )
        except ReleaseRejected:
            return _(
                "The release that gave this answer is damaged, so the contributions "
                "cannot be shown: manage.py check_release %(version)s says what is "
                "wrong, and what to do."
            ) % {"version": row.model_version}
        except InvalidFeatures:
            return _(
                "The release that gave this answer cannot read the data on record, so "
                "the contributions cannot be shown."
            )
        found = explanation(explained)["contributions"]
        largest = max(abs(item["points"]) for item in found)
        context = {
            "usual": percent(probability_of(explained.base), row.threshold),
            "found": percent(row.proba_depart, row.threshold),
            "lines": [
                {
                    "words": reason_in_words(item),
                    "points": signed(item["points"]),
                    "bar": Bar.of(item["points"], largest, middle=80, half=78),
                }
                for item in found
                if item["points"]
            ],
            # A value that was imputed is no fact about the person.
            "usual_ones": _labels(i for i in found if not _is_imputed(i)),
            "imputed": _labels(i for i in found if _is_imputed(i)),
        }
        return render_to_string("admin/predictions/why.html", context)

    @admin.display(description=_("features as sent"))
    def asked(self, row):
        payload = row.input_payload if isinstance(row.input_payload, dict) else {}
        warned = {
            code: {
                name
                for warning in row.warnings
                if warning["code"] == code
                for name in warning["fields"]
            }
            for code in ("out_of_range", "rare_value")
        }
        gone = [name for name in payload if name not in BY_NAME | SPELLINGS]
        lines = [
            {
                "name": name,
                "label": label_of(name),
                **_sent(name, payload),
                "is_imputed": name in row.missing_features,
                "is_outside": name in warned["out_of_range"],
                "is_rare": name in warned["rare_value"],
            }
            for name in [*BY_NAME, *gone]
        ]
        return render_to_string("admin/predictions/asked.html", {"lines": lines})


def _title(row):
    names = {"id": row.pk, "employee": row.employee_id}
    if row.employee_id is None:
        return _("Prediction %(id)s") % names
    return _("Prediction %(id)s, employee %(employee)s") % names


def _is_imputed(contribution):
    return contribution["value"] is None


def _labels(contributions):
    return ", ".join(i["label"] for i in contributions if not i["points"])


def _sent(name, payload):
    """What the caller sent as words, and besides `exactly` where words hide it."""
    field = BY_NAME.get(name)
    sent = payload.get(name, payload.get(field.spelling) if field else None)
    shown = {"sent": sent, "code": None, "exactly": None}
    if field is None or sent is None:
        return shown
    exactly = sent if isinstance(sent, str) else json.dumps(sent)
    if field.kind in (Kind.YES_NO, Kind.PERCENT):
        try:
            words = field.in_words(CHANGES.validate({name: sent})[name])
        except InvalidFeatures:  # SQL can have written it
            return shown
        is_same = _letters(exactly) == _letters(words)
        return shown | {"sent": words, "code": None if is_same else exactly}
    if isinstance(sent, float) and sent != round(sent, DECIMALS):
        about = field.in_words(round(sent, DECIMALS))
        return shown | {"sent": f"≈ {about}", "exactly": exactly}
    is_number = isinstance(sent, int | float) and not isinstance(sent, bool)
    if is_number and field.unit.fr:
        return shown | {"sent": field.in_words(sent)}
    return shown


def _letters(text):
    return "".join(text.split()).casefold()
