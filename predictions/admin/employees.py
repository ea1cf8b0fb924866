"""The people, for the HR manager."""

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attrition.employees import features_of
from attrition.features import FIELDS, IDENTIFIERS
from attrition.field import Extract
from attrition.models import HIGHEST_EMPLOYEE_ID, Employee
from attrition.typography import titled
from predictions.admin.employee_form import EmployeeForm

GROUPS = {
    Extract.SIRH: _("HR information system"),
    Extract.EVAL: _("Yearly evaluation"),
    Extract.SONDAGE: _("Survey"),
    None: _("Derived and identifiers"),
}


@admin.register(Employee)
class EmployeeAdmin(admin.ModelAdmin):
    form = EmployeeForm
    list_display = ["employee_id", "department", "role", "updated_at"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["employee_id"]  # shows the box; the search is below
    search_help_text = _("Employee number, or an identifier, written in full.")

    def get_form(self, request, obj=None, **kwargs):
        return EmployeeForm

    def get_fieldsets(self, request, obj=None):
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": ["employee_id", "stored"]})]
        by_source = [
            (title, {"fields": [f.name for f in FIELDS if f.source is source]})
            for source, title in GROUPS.items()
        ]
        return [(None, {"fields": ["employee_id"]}), *by_source]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else ["employee_id", "stored"]

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
