from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import SplitDateTimeField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from attrition import releases
from predictions.admin.addresses import SoundAddresses
from predictions.admin.lists import BoundedPaginator, IndexedList
from predictions.admin.missing import SaysMissing
from predictions.admin.widgets import SplitDateTime
from predictions.models import Source
from predictions.services import Caller
from predictions.words import asker as asker_in_words

MAY_READ = "predictions.view_prediction"
MAY_SCORE = "predictions.request_prediction"


def caller_of(request):
    """Who asks in the back-office, as the logs copy it."""
    return Caller(
        source=Source.ADMIN,
        user_name=request.user.get_username(),
        request_id=request.request_id,
    )


def asker(row):
    """Who asked for it. A key's name stays in one piece: in a narrow column its last
    bracket would stand on a line alone."""
    if row.user_name or not row.key_owner:
        return asker_in_words(row)
    return format_html(
        '{} <span class="key">({}…)</span>', row.key_owner, row.key_prefix
    )


def release_link(version):
    """To the card of a release, while its folder is there."""
    if version not in releases.versions():
        return version
    return format_html(
        '<a href="{}">{}</a>', reverse("release", args=[version]), version
    )


class PlainAdmin(SaysMissing, SoundAddresses, admin.ModelAdmin):
    """What every page of the back-office has."""

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": SplitDateTimeField,
            "widget": SplitDateTime,
        },
    }

    def history_view(self, request, object_id, extra_context=None):
        # Django looks first, and so tells who may not open a record whether it exists.
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class ReadOnlyAdmin(PlainAdmin):
    """For records that people may look at and nobody may touch, superusers included."""

    actions = None
    change_form_template = "admin/predictions/read_only.html"
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each is a count of the whole table
    sortable_by = []

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_changelist(self, request, **kwargs):
        return IndexedList

    def changelist_view(self, request, extra_context=None):
        titles = {"title": capfirst(self.opts.verbose_name_plural), "subtitle": None}
        return super().changelist_view(request, {**titles, **(extra_context or {})})

    def change_view(self, request, object_id, form_url="", extra_context=None):
        title = f"{capfirst(self.opts.verbose_name)} {object_id}"
        titles = {"title": title, "subtitle": None}
        return super().change_view(
            request, object_id, form_url, {**titles, **(extra_context or {})}
        )
