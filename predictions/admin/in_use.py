"""Filters that offer the values a column holds, however many rows hold them."""

from django.contrib import admin
from django.db import connections
from django.db.models.expressions import RawSQL

MOST_OFFERED = 100

STEPS = """
WITH RECURSIVE step(value, place) AS (
    SELECT ({first}), 1
    UNION ALL
    SELECT ({following}), step.place + 1
    FROM step WHERE step.value IS NOT NULL AND step.place < %s
)
SELECT value FROM step WHERE value IS NOT NULL ORDER BY place
"""


class ValuesInUseFilter(admin.AllValuesFieldListFilter):
    """The values that the column holds, each found through its index."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        offered = values_in_use(model_admin.get_queryset(request), field.name)
        known = {str(value) for value in offered}
        beyond = [text for text in self.lookup_val or () if text not in known]
        self.lookup_choices = offered + beyond

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "–"}


def values_in_use(rows, name):
    """The first `MOST_OFFERED`. SELECT DISTINCT would read the whole table for them.

    Instead each is found from the one before in one step through an index; all in one
    statement. `name` is a column or an annotation that an index begins with; nulls are
    none.
    """
    values = rows.filter(**{f"{name}__isnull": False}).order_by(name)
    values = values.values_list(name, flat=True)
    after = values.filter(**{f"{name}__gt": RawSQL("step.value", [])})
    first, first_values = values[:1].query.sql_with_params()
    following, following_values = after[:1].query.sql_with_params()
    steps = STEPS.format(first=first, following=following)
    with connections[rows.db].cursor() as cursor:
        cursor.execute(steps, [*first_values, *following_values, MOST_OFFERED])
        return [value for (value,) in cursor.fetchall()]
