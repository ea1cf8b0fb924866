"""Django's widgets, with what a screen reader needs."""

from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils.translation import gettext_lazy as _


class SplitDateTime(AdminSplitDateTime):
    """Each of its two fields has a name; the form's label is only the first's."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        for widget, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            widget.attrs["aria-label"] = name
