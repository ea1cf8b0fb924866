"""Which imports of employees there were: who, when, which files, how many people."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from attrition.models import EmployeeImport
from predictions.admin.base import ReadOnlyAdmin
from predictions.admin.lists import PeriodFilter
from predictions.words import yes_or_no


@admin.register(EmployeeImport)
class EmployeeImportAdmin(ReadOnlyAdmin):
    list_display = [
        "when",
        "who",
        "added",
        "changed",
        "back",
        "same",
        "gone",
        "everybody",
    ]
    list_filter = [("created_at", PeriodFilter)]
    fieldsets = [
        (_("Who and when"), {"fields": ["when", "who", "everybody"]}),
        (_("People"), {"fields": ["added", "changed", "back", "same", "gone"]}),
        (_("Files"), {"fields": ["sent"]}),
    ]

    @admin.display(description=_("date of the import"), ordering="created_at")
    def when(self, row):
        return date_format(localtime(row.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("said to hold everybody"))
    def everybody(self, row):
        return yes_or_no(row.complete)

    @admin.display(description=_("imported by"))
    def who(self, row):
        return row.user_name or row.get_way_display()

    @admin.display(description=_("added"))
    def added(self, row):
        return number_in_words(row.inserted)

    @admin.display(description=_("changed"))
    def changed(self, row):
        return number_in_words(row.updated)

    @admin.display(description=_("unchanged"))
    def same(self, row):
        return number_in_words(row.unchanged)

    @admin.display(description=_("people archived"))
    def gone(self, row):
        return number_in_words(row.archived)

    @admin.display(description=_("of those changed, brought back"))
    def back(self, row):
        return number_in_words(row.brought_back)

    @admin.display(description=_("files as sent"))
    def sent(self, row):
        context = {"files": row.files.items()}
        return render_to_string("admin/attrition/employeeimport/files.html", context)
