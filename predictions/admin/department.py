"""Lists narrowed by a word of the people's features: their department, their role.

The words offered, and the people who have one, are found by an index: the cost is the
same for a thousand people and for a million.
"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from attrition.models import Employee, StoredText
from predictions.admin.in_use import values_in_use


class StoredTextFilter(admin.SimpleListFilter):
    """`field` is one of those that employees have an index by."""

    field: str

    def lookups(self, request, model_admin):
        people = Employee.objects.annotate(word=StoredText("features", self.field))
        words = values_in_use(people, "word")
        asked = self.value()
        if asked and asked not in words and people.filter(word=asked).exists():
            words.append(asked)  # one of those beyond
        return [(word, word) for word in words]

    def queryset(self, request, people):
        asked = self.value()
        return self.having(people, asked) if asked else people

    def having(self, people, word):
        return people.alias(word=StoredText("features", self.field)).filter(word=word)


class DepartmentFilter(StoredTextFilter):
    field = "departement"
    title = _("department")
    parameter_name = "department"


class OfDepartmentFilter(DepartmentFilter):
    """Of rows with an `employee`: by the department that the stored one has today."""

    def queryset(self, request, rows):
        asked = self.value()
        if not asked:
            return rows
        people = self.having(Employee.objects.all(), asked)
        return rows.filter(employee__in=people.values("pk"))


class RoleFilter(StoredTextFilter):
    field = "poste"
    title = _("role")
    parameter_name = "role"
