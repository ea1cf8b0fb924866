"""Who is archived, in the list of employees: a filter that starts without them."""

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.utils.translation import gettext_lazy as _

ACTIVE, ARCHIVED, ALL = "no", "yes", "all"
TITLES = {
    ACTIVE: _("active employees"),
    ARCHIVED: _("archived employees"),
    ALL: _("all employees"),
}


class ArchivedFilter(admin.SimpleListFilter):
    title = _("archiving")
    parameter_name = "archived"

    @staticmethod
    def values():
        return TITLES.items()

    def lookups(self, request, model_admin):
        return self.values()

    def value(self):
        return chosen(super().value(), self.request)

    def choices(self, changelist):
        _all, *ours = super().choices(changelist)
        return ours

    def queryset(self, request, people):
        match self.value():
            case "no":
                return people.active()
            case "yes":
                return people.archived()
        return people


def chosen(asked, request):
    """Whom the list shows: whoever is searched for is found, active or not."""
    if asked in TITLES:
        return asked
    return ALL if request.GET.get(SEARCH_VAR) else ACTIVE
