"""Looks at one person, or at one row of the log: offered only while it is chosen."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.utils.translation import gettext_lazy as _

from attrition.models import employee_number


class NumberFilter(admin.SimpleListFilter):
    def lookups(self, request, model_admin):
        value = self.value()
        return [] if value is None else [(value, value)]

    def queryset(self, request, looks):
        value = self.value()
        if value is None:
            return looks
        number = employee_number(value)
        if number is None:
            raise IncorrectLookupParameters(f"{self.parameter_name}={value}")
        return self.narrowed(looks, number)


class OfEmployeeFilter(NumberFilter):
    title = _("employee")
    parameter_name = "employee"

    def narrowed(self, looks, number):
        return looks.about(number)


class OfPredictionFilter(NumberFilter):
    title = _("prediction")
    parameter_name = "prediction"

    def narrowed(self, looks, number):
        return looks.filter(prediction_id=number)
