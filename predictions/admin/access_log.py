"""Who looked at whom: read-only, and itself a page that is looked at on record."""

import copy

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from attrition.models import employee_number
from predictions.admin.access_details import details_in_words
from predictions.admin.access_filters import OfEmployeeFilter, OfPredictionFilter
from predictions.admin.base import ReadOnlyAdmin, asker
from predictions.admin.in_use import ValuesInUseFilter
from predictions.admin.lists import NewestFirstList, PeriodFilter
from predictions.admin.watched import WatchedAdmin
from predictions.models import Access, AccessedEmployee, Action

MOST_NAMED = 200  # employees on the page of one look


class AccessList(NewestFirstList):
    """Looks up whom a page's looks at one person were at, all together."""

    def get_results(self, request):
        super().get_results(request)
        looks = list(self.result_list)
        alone = [look.pk for look in looks if look.people == 1]
        seen = AccessedEmployee.objects.filter(access__in=alone)
        numbers = dict(seen.values_list("access_id", "employee_id"))
        for look in looks:
            look.only_one = numbers.get(look.pk)
        self.result_list = looks


@admin.register(Access)
class AccessAdmin(WatchedAdmin, ReadOnlyAdmin):
    list_display = ["when", "who", "action", "whom", "row", "said_purpose", "way"]
    list_filter = [
        OfEmployeeFilter,
        OfPredictionFilter,
        ("created_at", PeriodFilter),
        "action",
        "purpose",
        ("user_name", ValuesInUseFilter),
        ("key_owner", ValuesInUseFilter),
    ]
    sortable_by = ["when"]
    search_fields = ["user_name"]  # shows the box; the search is below
    search_help_text = _("Employee number, user or owner of a key, written in full.")
    fieldsets = [
        (None, {"fields": ["when", "action", "who", "said_purpose"]}),
        (_("Whom"), {"fields": ["people_seen", "row", "employees_seen"]}),
        (_("How"), {"fields": ["way", "page", "request_id", "said"]}),
    ]

    def changelist_view(self, request, extra_context=None):
        titles = {"title": _("Access log: who looked at whom")}
        return super().changelist_view(request, titles | (extra_context or {}))

    def get_changelist(self, request, **kwargs):
        return AccessList

    def get_ordering(self, request):
        return ["-created_at", "-id"]

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        return (queryset.found_by(term) if term else queryset), False

    def get_fieldsets(self, request, obj=None):
        fieldsets = copy.deepcopy(super().get_fieldsets(request, obj))
        if obj is not None and obj.action in (Action.EXPORT, Action.EXPORTED):
            fieldsets[-1][1]["fields"].append("download")
        return fieldsets

    def people_listed(self, request, listed):
        asked = request.GET.get(OfEmployeeFilter.parameter_name, "")
        number = employee_number(asked)
        return [] if number is None else [number]

    def note_page(self, request, row):
        """Of one person, the list has said it already."""
        if row.people != 1:
            named = self._named(row)[:MOST_NAMED]
            self.note(request, Action.VIEW, employees=named)

    def _named(self, look):
        """The numbers that its page lists, and one more where there are."""
        numbers = look.employees.order_by("employee_id").exclude(employee_id=None)
        numbers = numbers.values_list("employee_id", flat=True).distinct()
        return list(numbers[: MOST_NAMED + 1])

    @admin.display(description=_("when"), ordering="created_at")
    def when(self, look):
        return date_format(localtime(look.created_at), "DATETIME_FORMAT")

    @admin.display(description=_("who"))
    def who(self, look):
        return asker(look)

    @admin.display(description=_("whom"))
    def whom(self, look):
        if look.action == Action.EXPORT:  # named while the file is given
            return _("everybody in the file")
        if look.people == 1:
            return look.only_one if look.only_one is not None else _("not named")
        return _("%(count)s people") % {"count": number_in_words(look.people)}

    @admin.display(description=_("prediction"))
    def row(self, look):
        """Leads there whoever may read the log, which is whoever may read this."""
        if look.prediction_id is None:
            return "–"
        address = reverse(
            "admin:predictions_prediction_change", args=[look.prediction_id]
        )
        return format_html('<a href="{}">{}</a>', address, look.prediction_id)

    @admin.display(description=_("purpose"))
    def said_purpose(self, look):
        return look.get_purpose_display() or "–"

    @admin.display(description=_("way"))
    def way(self, look):
        return look.get_source_display()

    @admin.display(description=_("people shown"))
    def people_seen(self, look):
        if look.action != Action.EXPORT:
            return number_in_words(look.people)
        named = look.employees.values("employee_id").distinct().count()
        return number_in_words(named)

    @admin.display(description=_("employees"))
    def employees_seen(self, look):
        found = self._named(look)
        context = {"numbers": found[:MOST_NAMED], "more": len(found) > MOST_NAMED}
        return render_to_string("admin/access/employees.html", context)

    @admin.display(description=_("details"))
    def said(self, look):
        context = {"details": list(details_in_words(look))}
        return render_to_string("admin/access/details.html", context)

    @admin.display(description=_("download"))
    def download(self, look):
        context = {"is_end": look.action == Action.EXPORTED, "other": _other_end(look)}
        return render_to_string("admin/access/download.html", context)


def _other_end(look):
    """The number of the look at which this one's file ended, or began; None if none."""
    if look.action == Action.EXPORTED:
        return look.details.get("begun")
    ends = Access.objects.filter(
        action=Action.EXPORTED,
        created_at__gte=look.created_at,
        details__begun=look.pk,
    )
    return ends.values_list("pk", flat=True).first()
