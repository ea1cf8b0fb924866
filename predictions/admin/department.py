"""Lists narrowed by a word of the people's features: their department, their role.

The words offered, and the people who have one, are found by an index: the cost is the
same for a thousand people and for a million.
"""

from django.contrib import admin
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from attrition.models import Employee, StoredText
from predictions.admin.lists import values_in_use

MOST_OFFERED = 100


class StoredTextFilter(admin.SimpleListFilter):
    """`field` is one of those that employees have an index by; `path` leads to it.

    From another model, `path` is that of its stored employee's features.
    """

    field: str
    path = "features"

    def lookups(self, request, model_admin):
        people = Employee.objects.annotate(word=StoredText("features", self.field))
        words = list(values_in_use(people, "word", MOST_OFFERED))
        asked = self.value()
        if asked and asked not in words and people.filter(word=asked).exists():
            words.append(asked)  # one of those beyond
        return [(word, word) for word in words]

    def queryset(self, request, rows):
        asked = self.value()
        if not asked:
            return rows
        return rows.alias(word=StoredText(F(self.path), self.field)).filter(word=asked)


class DepartmentFilter(StoredTextFilter):
    field = "departement"
    title = _("department")
    parameter_name = "department"


class RoleFilter(StoredTextFilter):
    field = "poste"
    title = _("role")
    parameter_name = "role"
