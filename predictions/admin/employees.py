"""The people, for the HR manager."""

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from attrition.employees import archive, bring_back, features_of
from attrition.features import FIELDS, IDENTIFIERS
from attrition.models import Employee, StoredText, employee_number
from attrition.typography import titled
from predictions.admin.archiving import TITLES, ArchivedFilter, chosen
from predictions.admin.asked import GROUPS
from predictions.admin.base import MAY_READ, MAY_SCORE, PlainAdmin
from predictions.admin.department import DepartmentFilter, RoleFilter
from predictions.admin.employee_form import EmployeeForm
from predictions.admin.import_pages import ImportPages
from predictions.admin.lists import BoundedPaginator, IndexedList
from predictions.admin.others import answers_of
from predictions.admin.score_one import ScoresOne
from predictions.admin.score_selected import score_selected
from predictions.admin.watched import WatchedAdmin

METHODS = ["GET", "HEAD", "POST"]


@admin.register(Employee)
class EmployeeAdmin(ImportPages, ScoresOne, WatchedAdmin, PlainAdmin):
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
        score = self.admin_site.admin_view(require_http_methods(METHODS)(self.score))
        name = "attrition_employee_score"
        return [path("<path:object_id>/score/", score, name=name), *super().get_urls()]

    def has_score_permission(self, request):
        """For the action, and for nothing that changes an employee."""
        return request.user.has_perm(MAY_SCORE)

    def changelist_view(self, request, extra_context=None):
        shown = chosen(request.GET.get(ArchivedFilter.parameter_name), request)
        titles = {"title": capfirst(TITLES[shown])}
        return super().changelist_view(request, titles | (extra_context or {}))

    def render_change_form(self, request, context, obj=None, **kwargs):
        context |= {"title": _("Add an employee"), "subtitle": None}
        if obj is not None:
            may = request.user.has_perm
            context |= {
                "may_score": may(MAY_SCORE),
                "answers": answers_of(obj.pk) if may(MAY_READ) else "",
                "title": f"{capfirst(self.opts.verbose_name)} {obj.pk}",
            }
        return super().render_change_form(request, context, obj=obj, **kwargs)

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
        if obj is not None:
            who.append("digest")
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
        # Each of them has an index; a number is found as it is written.
        words = {f"word_{name}": StoredText("features", name) for name in IDENTIFIERS}
        query = Q(*((word, term) for word in words), _connector=Q.OR)
        if (number := employee_number(term)) is not None:
            query |= Q(pk=number)
        return queryset.alias(**words).filter(query), False

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
