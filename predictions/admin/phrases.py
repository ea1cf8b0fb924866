"""Sentences of Django's admin that read badly with a French noun in them.

They are Django's, word for word: the catalogue of the project comes before its own.
"""

from django.utils.translation import gettext_noop as _

MENDED = (
    _("Add %s"),
    _("Change %s"),
    _("View %s"),
    _("Add %(name)s"),
    _("Select %s to change"),
    _("Select %s to view"),
)
