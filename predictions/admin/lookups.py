"""Which filters a list's address may name, and which values they take."""

from django.contrib.admin import ChoicesFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR

COMPARISONS = {"exact", "isnull", "gte", "gt", "lte", "lt"}


def is_declared(lookup, list_filter):
    """Whether it belongs to one of the list's filters."""
    return any(belongs(lookup, name_of(declared)) for declared in list_filter)


def name_of(declared):
    """Of one entry of `list_filter`, in any of the forms that Django takes."""
    if isinstance(declared, (list, tuple)):
        return declared[0]
    return getattr(declared, "parameter_name", declared)


def belongs(lookup, name):
    if lookup == name:
        return True
    return lookup.startswith(f"{name}__") and lookup.split("__")[-1] in COMPARISONS


def out_of_choice(listed, sent):
    """Parameters that are sound, and whose value the list does not have."""
    wrong = [
        name
        for spec in listed.filter_specs
        for name, known in _choices(spec)
        if not set(sent.getlist(name)) <= known
    ]
    columns = _columns(sent.get(ORDER_VAR, ""))
    if any(column >= len(listed.list_display) for column in columns):
        wrong.append(ORDER_VAR)
    if not 1 <= listed.page_num <= listed.paginator.num_pages:
        wrong.append(PAGE_VAR)
    return wrong


def _columns(order):
    return [abs(int(column)) for column in order.split(".") if column]


def _choices(spec):
    if isinstance(spec, SimpleListFilter):
        yield spec.parameter_name, {str(value) for value, _ in spec.lookup_choices}
    elif isinstance(spec, ChoicesFieldListFilter):
        yield spec.lookup_kwarg, {str(value) for value, _ in spec.field.flatchoices}
