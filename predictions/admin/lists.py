"""Lists that cost the same however many rows there are: bounded, and by index."""

from datetime import UTC, datetime, timedelta

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.timezone import get_current_timezone, is_naive, localtime
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from predictions.models.newest import (
    NEWEST,
    NEWEST_OF_SOME,
    OF_BATCH,
    OLDEST,
    OLDEST_OF_SOME,
)

MOST_LISTED = 10_000
"""Rows that are counted, and that a list's pages lead to; the rest is "more"."""


class BoundedPaginator(Paginator):
    """Counts no further than `MOST_LISTED`, and has no page beyond."""

    @cached_property
    def _found(self):
        return self.object_list[: MOST_LISTED + 1].count()

    @property
    def count(self):
        return min(self._found, MOST_LISTED)

    @property
    def has_more(self):
        return self._found > MOST_LISTED

    @property
    def most(self):
        return number_in_words(MOST_LISTED)


class IndexedList(ChangeList):
    """Sorted by what `sortable_by` names only, whatever the address asks for."""

    def get_ordering_field(self, field_name):
        if field_name in self.sortable_by:
            return super().get_ordering_field(field_name)
        return None

    def get_results(self, request):
        super().get_results(request)
        is_whole = not (self.query or self.get_filters_params())
        if is_whole or self.paginator.has_more:
            # The search box then says no number; the line under the table does.
            self.full_result_count = self.result_count


class NewestFirstList(IndexedList):
    """Of rows with a time: newest first or oldest first, through the index by value
    as soon as something but the time narrows it."""

    is_of_batch = is_oldest_first = False
    # Filters for which the order of the whole log is as good as any.
    in_order_of_all: tuple[str, ...] = ("created_at",)

    def get_ordering(self, request, queryset):
        usual = super().get_ordering(request, queryset)
        self.is_of_batch = usual[0] == "batch_row"
        self.is_oldest_first = usual[0] == "created_at"
        return self.order

    @property
    def order(self):
        """Of what is listed, on a page and in a file: one that an index has."""
        if self.is_of_batch:
            return OF_BATCH
        filters = self.get_filters_params()
        others = [n for n in filters if not n.startswith(self.in_order_of_all)]
        if self.query or others:
            return OLDEST_OF_SOME if self.is_oldest_first else NEWEST_OF_SOME
        return OLDEST if self.is_oldest_first else NEWEST

    @cached_property
    def beyond(self):
        """The address of the list that goes on where the last page ends.

        None for a batch, which has an order of its own. It begins with the rows of that
        millisecond, some of them for a second time: browsers know no smaller part of a
        second.
        """
        if self.is_of_batch:
            return None
        times = self.queryset.values_list("created_at", flat=True)
        last = localtime(times[MOST_LISTED - 1])
        last = last.replace(microsecond=last.microsecond // 1000 * 1000)
        if self.is_oldest_first:
            return self.get_query_string({"created_at__gte": last.isoformat()})
        before = last + timedelta(milliseconds=1)
        return self.get_query_string({"created_at__lt": before.isoformat()})


class PeriodFilter(admin.DateFieldListFilter):
    """Django's usual periods, and any other from one moment to before another."""

    template = "admin/predictions/period_filter.html"

    def __init__(self, field, request, params, *args, **kwargs):
        # A field of the form that is left empty is sent too.
        for name in [name for name, values in params.items() if values == [""]]:
            del params[name]
        super().__init__(field, request, params, *args, **kwargs)
        self.title = _("date")  # a column's title, "refused", is no noun
        for name, values in self.used_parameters.items():
            self.used_parameters[name] = [_moment(values[-1])]

    def choices(self, changelist):
        self.kept = [
            (name, value)
            for name, values in changelist.filter_params.items()
            if name not in self.expected_parameters()
            for value in values
        ]
        return super().choices(changelist)

    @property
    def bounds(self):
        """The two ends, as a browser's field for a moment has them."""
        labels = (_("From"), _("Before"))
        return [
            (label, name, _local(self.used_parameters.get(name)))
            for label, name in zip(labels, self.expected_parameters(), strict=True)
        ]


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
        if is_naive(moment):
            moment = moment.replace(tzinfo=get_current_timezone())
        return moment.astimezone(UTC)  # the years 1 and 9999 have no such time
    except (ValueError, OverflowError) as error:
        raise IncorrectLookupParameters(error) from error


def _local(moments):
    if not moments:
        return ""
    local = localtime(moments[0]).replace(tzinfo=None)
    kept = "milliseconds" if local.microsecond else "auto"
    return local.isoformat(timespec=kept)
