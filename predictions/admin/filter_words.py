"""The filters of a list in words, as addresses and the access log have them by name."""

from datetime import datetime

from django.apps import apps
from django.contrib import admin
from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from attrition.typography import share_in_words, titled
from predictions.admin.lookups import belongs, name_of

DAY = len("2026-01-31")


def listed_at(route):
    """The model whose list is at a route of the back-office; None where none is."""
    parts = route.split("/")
    if len(parts) < 3:
        return None
    try:
        return apps.get_model(parts[1], parts[2])
    except LookupError:
        return None


def title_of(name, model):
    """What the list calls the filter of one parameter; None if it has no such one."""
    declared = _declared(name, model)
    if declared is None:
        return None
    if isinstance(declared, type):
        return declared.title
    return model._meta.get_field(name_of(declared)).verbose_name


def filter_in_words(name, value, model):
    values = value if isinstance(value, list) else [value]
    declared = _declared(name, model)
    text = ", ".join(_value(name, str(one), declared, model) for one in values)
    if name.endswith("__gte"):
        text = _("from %(value)s") % {"value": text}
    elif name.endswith("__lt"):
        text = _("below or before %(value)s") % {"value": text}
    return titled(title_of(name, model) or name, text)


def _declared(name, model):
    """Its entry in `list_filter`."""
    of_model = admin.site._registry.get(model)
    for declared in of_model.list_filter if of_model else ():
        if belongs(name, name_of(declared)):
            return declared
    return None


def _value(name, value, declared, model):
    words = getattr(declared, "values", None)
    if words:
        return str(dict(words()).get(value, value))
    if declared is None or isinstance(declared, type):
        return value
    field = model._meta.get_field(name_of(declared))
    kind = field.get_internal_type()
    try:
        if kind == "FloatField":
            return share_in_words(float(value), 0)
        if kind.startswith("Date"):
            return _moment(value)
    except ValueError:  # what was asked, as it was asked
        return value
    return str(dict(field.flatchoices).get(value, value))


def _moment(value):
    moment = datetime.fromisoformat(value)
    if len(value) == DAY:
        return date_format(moment, "DATE_FORMAT")
    return date_format(
        localtime(moment) if is_aware(moment) else moment, "DATETIME_FORMAT"
    )
