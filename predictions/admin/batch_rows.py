"""Rows of the log and the batch that asked for them, each led to from the other."""

from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from predictions.models import Batch


class OfBatchFilter(admin.SimpleListFilter):
    """The rows of one batch; offered only while there is one, to take it off again."""

    title = _("batch")
    parameter_name = "batch_id"

    def lookups(self, request, model_admin):
        sent = self.value()
        if sent is None:
            return []
        batch = Batch.objects.filter(pk=_uuid(sent)).first()
        return [(sent, batch_in_words(batch) if batch else sent)]

    def queryset(self, request, queryset):
        batch_id = _uuid(self.value())
        if batch_id is None:
            raise IncorrectLookupParameters(f"{self.parameter_name}={self.value()}")
        return queryset.filter(batch_id=batch_id)


def _uuid(text):
    try:
        return UUID(text)
    except ValueError:
        return None


def batch_in_words(batch):
    """As people tell batches apart: by when somebody asked."""
    when = date_format(localtime(batch.created_at), "SHORT_DATETIME_FORMAT")
    return _("batch of %(when)s") % {"when": when}


def place_in_batch(row):
    if row.batch_id is None:
        return "–"
    address = reverse("admin:predictions_batch_change", args=[row.batch_id])
    words = _("row %(row)s of batch %(batch)s") % {
        "row": row.batch_row,
        "batch": row.batch_id,
    }
    return format_html('<a href="{}">{}</a>', address, words)
