"""What a look's `details` say, in words."""

from django.utils.translation import gettext as _

from attrition.field import number_in_words
from predictions.admin.filter_words import filter_in_words, listed_at


def details_in_words(look):
    """Pairs of a title and a text: filters, then what is known of a file."""
    details = look.details
    model = listed_at(look.page)
    for name, value in (details.get("filters") or {}).items():
        yield _("filter"), filter_in_words(name, value, model)
    titles = {
        "search": _("narrowed by a search"),
        "page": _("page of the list"),
        "format": _("file format"),
        "batch": _("batch"),
        "employees": _("employees"),
        "values": _("with the values"),
        "rows": _("rows"),
        "bytes": _("bytes"),
        "sha256": _("SHA-256 of the file"),
        "begun": _("begun as look number"),
    }
    for name, title in titles.items():
        if name in details:
            value = details[name]
            yield title, _in_words(value)


def _in_words(value):
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return number_in_words(value) if isinstance(value, int) else value
