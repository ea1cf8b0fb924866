"""The people, for the HR manager."""

import logging

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from attrition.employees import archive, bring_back, features_of
from attrition.errors import InvalidFeatures, Problem, ReleaseRejected
from attrition.features import FIELDS, IDENTIFIERS
from attrition.field import Extract
from attrition.models import HIGHEST_EMPLOYEE_ID, Employee
from attrition.typography import titled
from predictions.admin.archiving import TITLES, ArchivedFilter, chosen
from predictions.admin.base import MAY_SCORE
from predictions.admin.department import DepartmentFilter, RoleFilter
from predictions.admin.employee_form import EmployeeForm
from predictions.admin.import_pages import ImportPages
from predictions.admin.lists import BoundedPaginator, IndexedList
from predictions.admin.score_selected import score_selected
from predictions.answers import UNAVAILABLE
from predictions.models import Source
from predictions.services import Caller, LogUnavailable, Record, predict
from predictions.words import label_of

logger = logging.getLogger(__name__)

GROUPS = {
    Extract.SIRH: _("HR information system"),
    Extract.EVAL: _("Yearly evaluation"),
    Extract.SONDAGE: _("Survey"),
    None: _("Derived and identifiers"),
}


@admin.register(Employee)
class EmployeeAdmin(ImportPages, admin.ModelAdmin):
    form = EmployeeForm
    list_display = ["employee_id", "department", "role", "updated_at", "archived_at"]
    list_filter = [ArchivedFilter, DepartmentFilter, RoleFilter]
    actions = [score_selected, "archive", "bring_back"]
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ["employee_id"]
    search_fields = ["employee_id"]  # shows the box; the search is below
    search_help_text = _("Employee number, or an identifier, written in full.")

    class Media:
        css = {"all": ["predictions/people.css"]}

    def get_urls(self):
        score = self.admin_site.admin_view(require_POST(self.score))
        name = "attrition_employee_score"
        return [path("<path:object_id>/score/", score, name=name), *super().get_urls()]

    def has_score_permission(self, request):
        """For the action, and for nothing that changes an employee."""
        return request.user.has_perm(MAY_SCORE)

    def changelist_view(self, request, extra_context=None):
        shown = chosen(request.GET.get(ArchivedFilter.parameter_name), request)
        titles = {"title": capfirst(TITLES[shown])}
        return super().changelist_view(request, titles | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        context = {"may_score": request.user.has_perm(MAY_SCORE)}
        return super().change_view(
            request, object_id, form_url, context | (extra_context or {})
        )

    def score(self, request, object_id):
        """Score what is stored, and lead to the row of the log that says so."""
        employee = self.get_object(request, unquote(object_id))
        may_view = self.has_view_permission(request, employee)
        if not (may_view and request.user.has_perm(MAY_SCORE)):
            raise PermissionDenied
        if employee is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        caller = Caller(
            source=Source.ADMIN,
            user_name=request.user.get_username(),
            request_id=request.request_id,
        )
        try:
            [row] = predict([Record(employee.features, employee.pk)], caller=caller)
        except InvalidFeatures as error:
            refused = [_in_words(problem) for problem in error.problems]
        except ReleaseRejected as error:
            logger.error("No release serves: %s", error)
            refused = [UNAVAILABLE["model_unavailable"]]
        except LogUnavailable:
            refused = [UNAVAILABLE["log_unavailable"]]
        else:
            message = _("The score is calculated and recorded as prediction %(id)s.")
            self.message_user(request, message % {"id": row.pk}, messages.SUCCESS)
            if request.user.has_perm("predictions.view_prediction"):
                return redirect("admin:predictions_prediction_change", row.pk)
            return redirect("admin:attrition_employee_change", employee.pk)
        for message in refused:
            self.message_user(request, message, messages.ERROR)
        return redirect("admin:attrition_employee_change", employee.pk)

    def get_changelist(self, request, **kwargs):
        return IndexedList

    def get_form(self, request, obj=None, **kwargs):
        return EmployeeForm

    def get_fieldsets(self, request, obj=None):
        who = ["employee_id"]
        if obj is not None and obj.archived_at is not None:
            who.append("archived_at")
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*who, "stored"]})]
        by_source = [
            (title, {"fields": _of(source), "classes": ["features"]})
            for source, title in GROUPS.items()
        ]
        return [(None, {"fields": who}), *by_source]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["employee_id", "archived_at", "stored"]

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term:
            return queryset, False
        query = Q()
        for name in IDENTIFIERS:
            query |= Q(**{f"features__{name}": term})
        if term.isascii() and term.isdigit() and int(term) <= HIGHEST_EMPLOYEE_ID:
            query |= Q(pk=int(term))
            for name in IDENTIFIERS:
                query |= Q(**{f"features__{name}": int(term)})
        return queryset.filter(query), False

    @admin.action(
        description=_("Archive the selected employees"), permissions=["change"]
    )
    def archive(self, request, people):
        count = self._noted(request, archive(people), _("Archived."))
        self.message_user(request, _("Archived: %(count)s.") % {"count": count})

    @admin.action(
        description=_("Bring back the selected employees"), permissions=["change"]
    )
    def bring_back(self, request, people):
        count = self._noted(request, bring_back(people), _("Brought back."))
        self.message_user(request, _("Brought back: %(count)s.") % {"count": count})

    def _noted(self, request, ids, what):
        """Each employee's history says who did it; returns of how many."""
        people = [Employee(pk=pk) for pk in ids]
        LogEntry.objects.log_actions(request.user.pk, people, CHANGE, str(what))
        return len(ids)

    @admin.display(description=_("department"))
    def department(self, employee):
        return features_of(employee).get("departement", "–")

    @admin.display(description=_("role"))
    def role(self, employee):
        return features_of(employee).get("poste", "–")

    @admin.display(description=_("features"))
    def stored(self, employee):
        features = features_of(employee)
        return "\n".join(
            titled(field.label, features[field.name])
            for field in FIELDS
            if features.get(field.name) is not None
        )


def _of(source):
    return [field.name for field in FIELDS if field.source is source]


def _in_words(problem):
    """The sentence, with the field called as the form calls it."""
    if problem.code == "nothing_to_score":
        return _("Nothing that the model uses is stored of this employee.")
    return Problem(label_of(problem.field), problem.code, problem.params).message
