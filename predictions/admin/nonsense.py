"""What was wrong with a list's address, in words."""

from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.utils.translation import gettext as _

from predictions.admin.filter_words import title_of

REPEATED = 40  # characters of what was sent


def in_words(name, value, listed):
    """`listed` knows what its filters are called."""
    if name == PAGE_VAR:
        sentence = _("This list has no page “%(value)s”: this is the first one.")
    elif name == ORDER_VAR:
        sentence = _("This list cannot be sorted by “%(value)s”: it has its own order.")
    else:
        sentence = _("“%(value)s” makes no sense here and is left out. (%(title)s)")
    return sentence % {"value": _seen(value), "title": _title(name, listed)}


def _title(name, listed):
    if name == SEARCH_VAR:
        return _("Search")
    for spec in listed.filter_specs:
        if name in spec.expected_parameters():
            return _("Filter: %(title)s") % {"title": spec.title}
    title = title_of(name, listed.model) or _seen(name)
    return _("Filter: %(title)s") % {"title": title}


def _seen(text):
    """Short, and without signs that nobody can see."""
    text = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return text if len(text) <= REPEATED else f"{text[:REPEATED]}…"
