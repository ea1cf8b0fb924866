"""The list of the log: what one page of it needs besides its rows, and its filters."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from attrition.typography import share_in_words
from predictions.admin.lists import NewestFirstList, PeriodFilter
from predictions.exports.reading import departments_of, seals_of
from predictions.models.log import ours
from predictions.models.noteworthy import CLOSE, WARNED
from predictions.words import percent

IN_SHORT = {
    "out_of_range": _("outside what training has seen"),
    "rare_value": _("rare value"),
    "thin_evidence": _("not enough data"),
}
BAR = 60  # pixels: a probability of 1


class PredictionList(NewestFirstList):
    """Looks up the departments and the seals of a page at once, not row by row."""

    # No index has them in the order of the log: the newest are looked at one by one
    # where many are in it, and those of few people are found by these people.
    in_order_of_all = ("created_at", "department", "proba_depart", "ours")

    def get_results(self, request):
        super().get_results(request)
        rows = list(self.result_list)
        departments = departments_of(row.employee_id for row in rows)
        seals = seals_of(row.pk for row in rows)
        for row in rows:
            row.department = departments.get(row.employee_id)
            row.is_sealed = row.pk in seals
        self.result_list = rows


def chance_in_words(row):
    """The probability as a number and as a bar, with a line where the threshold is."""
    context = {
        "percent": percent(row.proba_depart, row.threshold),
        "width": BAR,
        "filled": round(row.proba_depart * (BAR - 1), 1),
        "tick": round(row.threshold * (BAR - 1) + 0.5, 1),
    }
    return render_to_string("admin/predictions/chance.html", context)


class DateAskedFilter(PeriodFilter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("date asked")


class ProbabilityFilter(admin.FieldListFilter):
    """From one probability to below another, where the home page leads by it."""

    def __init__(self, field, request, params, model, model_admin, field_path):
        self.ends = [f"{field_path}__gte", f"{field_path}__lt"]
        super().__init__(field, request, params, model, model_admin, field_path)
        self.title = _("probability")

    def expected_parameters(self):
        return self.ends

    def has_output(self):
        return bool(self.used_parameters)

    def choices(self, changelist):
        low, high = (self._end(name) for name in self.ends)
        yield {
            "selected": False,
            "query_string": changelist.get_query_string(remove=self.ends),
            "display": _("All"),
        }
        yield {
            "selected": True,
            "query_string": changelist.get_query_string(),
            "display": _("from %(low)s to below %(high)s") % {"low": low, "high": high},
        }

    def _end(self, name):
        usual = 0 if name == self.ends[0] else 1
        values = self.used_parameters.get(name) or [usual]
        try:
            return share_in_words(float(values[-1]), 0)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error


class OneOfFilter(admin.SimpleListFilter):
    """Takes one of its values; another one is an address with nonsense in it."""

    def lookups(self, request, model_admin):
        return self.values()

    def queryset(self, request, rows):
        value = self.value()
        if value is None:
            return rows
        if value not in dict(self.values()):
            raise IncorrectLookupParameters(f"{self.parameter_name}={value}")
        return self.narrowed(rows, value)


class ClassFilter(OneOfFilter):
    """Whoever has not enough data has no class."""

    title = _("class")
    parameter_name = "prediction__exact"

    @staticmethod
    def values():
        return [
            ("0", _("below the threshold")),
            ("1", _("above the threshold")),
            ("none", _("not enough data")),
        ]

    def narrowed(self, rows, value):
        if value == "none":
            return rows.warned("thin_evidence")
        return rows.on_side(int(value))


class CloseFilter(OneOfFilter):
    title = _("distance from the threshold")
    parameter_name = "close"

    @staticmethod
    def values():
        words = _("close to it (%(points)s points at most)")
        return [("yes", words % {"points": round(CLOSE * 100)})]

    def narrowed(self, rows, value):
        return rows.close()


class OursFilter(OneOfFilter):
    """Where the home page leads by it: its figures count no copies."""

    title = _("answered by")
    parameter_name = "ours"

    def values(self):
        return [("yes", _("this service"))]

    def has_output(self):
        return self.value() is not None

    def narrowed(self, rows, value):
        return ours(rows)


class WarningFilter(OneOfFilter):
    title = _("warning")
    parameter_name = "warning"

    @staticmethod
    def values():
        return [(code, IN_SHORT[code]) for code in WARNED]

    def narrowed(self, rows, code):
        return rows.warned(code)
