"""The log, for people who read it."""

import copy

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from predictions.admin.asked import asked_by_extract
from predictions.admin.base import asker, release_link
from predictions.admin.batch_rows import OfBatchFilter, place_in_batch
from predictions.admin.department import OfDepartmentFilter
from predictions.admin.export import Exports
from predictions.admin.in_use import ValuesInUseFilter
from predictions.admin.others import other_answers
from predictions.admin.prediction_list import (
    ClassFilter,
    CloseFilter,
    DateAskedFilter,
    OursFilter,
    PredictionList,
    ProbabilityFilter,
    WarningFilter,
    chance_in_words,
)
from predictions.admin.proofs import ProofAdmin
from predictions.admin.reveal import Reveals
from predictions.admin.watched import WatchedAdmin
from predictions.admin.why import of_ten_in_words, why
from predictions.answers import warnings_in_words
from predictions.models import Action, Prediction, Source
from predictions.rights import READS_ACCESSES
from predictions.timeline import share_in_full
from predictions.words import class_in_words, label_of, release_in_words


@admin.register(Prediction)
class PredictionAdmin(Exports, Reveals, WatchedAdmin, ProofAdmin):
    change_form_template = "admin/predictions/page.html"
    list_display = [
        "id",
        "when",
        "who",
        "department",
        "chance",
        "side",
        "limit",
        "model_version",
        "source",
        "asked_by",
        "is_sealed",
    ]
    list_filter = [
        ClassFilter,
        CloseFilter,
        ("proba_depart", ProbabilityFilter),
        WarningFilter,
        OfDepartmentFilter,
        ("created_at", DateAskedFilter),
        ("model_version", ValuesInUseFilter),
        "source",
        OursFilter,
        ("key_owner", ValuesInUseFilter),
        OfBatchFilter,
    ]
    led_to_by = ("proba_depart",)  # a column of the home page's histogram
    sortable_by = ["when"]
    search_fields = ["employee_id"]  # shows the box; `about` does the search
    search_help_text = _(
        "Employee number, identifier of the payload or of the request, in full."
    )
    fieldsets = [
        (
            _("The answer"),
            {"fields": ["chance", "side", "limit", "meaning", "notes"]},
        ),
        (_("Why"), {"fields": ["why"]}),
        (
            _("What was asked"),
            {"fields": ["who", "created_at", "source", "asked_by", "batch", "asked"]},
        ),
        (_("What else is known of this person"), {"fields": ["others"]}),
        (
            _("What answered"),
            {"fields": ["release", "artifact_sha256", "request_id"]},
        ),
        (_("How it is proven"), {"fields": ["proof"]}),
    ]

    def get_urls(self):
        reveal = self.admin_site.admin_view(self.reveal_view)
        return [
            path("<path:object_id>/reveal/", reveal, name="reveal_prediction"),
            *super().get_urls(),
        ]

    def get_changelist(self, request, **kwargs):
        return PredictionList

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None:  # a field of the page sees the row and no request
            row.sight = self.sight_of(request, row)
        return row

    def render_change_form(self, request, context, obj=None, **kwargs):
        context |= self._context(request, obj)
        return super().render_change_form(request, context, obj=obj, **kwargs)

    def _context(self, request, row):
        about = {"employee": row.employee_id}
        if row.employee_id is None:
            about = {"prediction": row.pk}
        address = reverse("admin:predictions_access_changelist", query=about)
        may_see = request.user.has_perm(READS_ACCESSES)
        return {
            "title": _title(row),
            "looks_address": address if may_see else None,
            "has_values": row.input_payload is not None,
            **self.panel(request, row),
        }

    def note_page(self, request, row):
        self.note(
            request,
            Action.VIEW,
            employees=[row.employee_id],
            prediction_id=row.pk,
            purpose=self.purpose_of(request, row),
        )

    def get_fieldsets(self, request, obj=None):
        fieldsets = copy.deepcopy(super().get_fieldsets(request, obj))
        if obj is not None and not of_ten_in_words(obj):
            fieldsets[0][1]["fields"].remove("meaning")
        return fieldsets

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

    @admin.display(description=_("department"))
    def department(self, row):
        return row.department or "–"

    @admin.display(description=_("probability"))
    def chance(self, row):
        return chance_in_words(row)

    @admin.display(description=_("class"))
    def side(self, row):
        return class_in_words(row.prediction, row.warnings)

    @admin.display(description=_("threshold"))
    def limit(self, row):
        """As the probability beside it is written."""
        return share_in_full(row.threshold)

    @admin.display(description=_("seal"))
    def is_sealed(self, row):
        """In words: a row that waits is no error, as a red cross would say."""
        return _("in a seal") if row.is_sealed else _("waiting")

    @admin.display(description=_("asked by"))
    def asked_by(self, row):
        return asker(row)

    @admin.display(description=_("batch"))
    def batch(self, row):
        return place_in_batch(row)

    @admin.display(description=_("model version"))
    def release(self, row):
        name = release_in_words(row)
        return name if row.source == Source.IMPORTED else release_link(name)

    @admin.display(description=_("what it means"))
    def meaning(self, row):
        return of_ten_in_words(row)

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
        return why(row)

    @admin.display(description=_("features as sent"))
    def asked(self, row):
        return asked_by_extract(row)

    @admin.display(description=_("other predictions"))
    def others(self, row):
        return other_answers(row)


def _title(row):
    names = {"id": row.pk, "employee": row.employee_id}
    if row.employee_id is None:
        return _("Prediction %(id)s") % names
    return _("Prediction %(id)s, employee %(employee)s") % names
