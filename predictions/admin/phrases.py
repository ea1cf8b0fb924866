"""Sentences of Django's admin that read badly with a French noun in them, and those of
DRF's browsable pages that it has in English alone.

They are theirs, word for word: the catalogue of the project comes before their own.
"""

from django.utils.translation import gettext_noop as _

MENDED = (
    _("Add %s"),
    _("Change %s"),
    _("View %s"),
    _("Add %(name)s"),
    _("Select %s to change"),
    _("Select %s to view"),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
)
MISSING = (
    _("navbar"),
    _("content"),
    _("main content"),
    _("request form"),
    _("request info"),
    _("response info"),
)
