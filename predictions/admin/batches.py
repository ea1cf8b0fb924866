"""Batches of predictions: how far each is, who got no score, and an end to it."""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import OuterRef, Subquery, Sum
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from attrition.typography import share_in_words
from predictions.admin.base import (
    MAY_READ,
    MAY_SCORE,
    ReadOnlyAdmin,
    asker,
    caller_of,
    release_link,
)
from predictions.admin.batch_rows import OfBatchFilter, batch_in_words
from predictions.admin.left_out import left_out_page, left_out_table
from predictions.admin.watched import Notes
from predictions.admin.who_may import MayNot
from predictions.batches import reading, working
from predictions.models import Action, Batch, BatchChunk
from predictions.rights import EXPORT
from predictions.words import duration_in_words

NEW_FIGURES_EVERY = 5  # seconds, while a batch is open
SLOW = timedelta(minutes=2)  # without anybody scored
BAR = 80  # pixels


@admin.register(Batch)
class BatchAdmin(Notes, ReadOnlyAdmin):
    change_form_template = "admin/batches/page.html"
    list_display = [
        "when",
        "how_it_is",
        "how_far",
        "people",
        "with_score",
        "without_score",
        "who",
        "model_version",
    ]
    list_filter = ["state", "kind"]
    list_per_page = 50

    def get_urls(self):
        admin_view = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/cancel/",
                admin_view(self.cancel_view),
                name="cancel_batch",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        """Each batch with its counts, which stand in its chunks."""
        of_one = BatchChunk.objects.filter(batch=OuterRef("pk")).order_by()
        counts = {
            name: Subquery(
                of_one.values("batch").annotate(total=Sum(name)).values("total")
            )
            for name in ("scored", "refused")
        }
        return super().get_queryset(request).annotate(**counts)

    def get_object(self, request, object_id, from_field=None):
        batch = super().get_object(request, object_id, from_field)
        if batch is not None:  # a field of the page sees the batch and no request
            batch.progress = reading.progress(batch)
            batch.left_out = left_out_page(batch, request)
            batch.sees_employees = request.user.has_perm("attrition.view_employee")
        return batch

    def get_fieldsets(self, request, obj=None):
        how_far = ["how_it_is", "how_far", "with_score", "without_score"]
        origin = ["source", "release", "artifact_sha256", "id", "request_id"]
        for said in ("problem", "cancelled_by"):
            if getattr(obj, said):
                how_far.insert(1, said)
        if obj.progress.left and not obj.is_open:
            how_far.append("not_reached")
        known = {
            "when": True,
            "started": obj.started_at,
            "finished": obj.finished_at,
            "took": obj.started_at,
            "rate": obj.progress.rate,
            "time_left": obj.progress.rate and obj.is_open,
        }
        times = [name for name, is_known in known.items() if is_known]
        sections = [
            (_("How far it is"), {"fields": how_far}),
            (_("What was asked"), {"fields": ["people", "number_of_people", "who"]}),
            (_("When"), {"fields": times}),
            (_("Where it comes from"), {"fields": origin}),
        ]
        if obj.progress.refused and not obj.is_open:  # last: they can be many
            sections.append((_("Who got no score"), {"fields": ["left_out"]}))
        return sections

    def render_change_form(self, request, context, obj=None, **kwargs):
        context |= self._context(request, obj)
        response = super().render_change_form(request, context, obj=obj, **kwargs)
        if named := self._named(obj):
            self.note(request, Action.VIEW, employees=named)
        if obj.is_open:
            response["Refresh"] = str(NEW_FIGURES_EVERY)
        return response

    def _context(self, request, batch):
        of_batch = {OfBatchFilter.parameter_name: batch.pk}
        may = request.user.has_perm
        return {
            "title": capfirst(batch_in_words(batch)),
            "rows_address": may(MAY_READ)
            and reverse("admin:predictions_prediction_changelist", query=of_batch),
            "export_address": may(MAY_READ)
            and may(EXPORT)
            and reverse("admin:export_predictions", query=of_batch),
            "may_cancel": batch.is_open and may(MAY_SCORE),
            "new_figures_every": NEW_FIGURES_EVERY if batch.is_open else None,
            "nothing_for": _nothing_for(batch),
        }

    def _named(self, batch):
        """Whom the page names: those who got no score, once it is over.

        While it is open the page loads itself again and again: a look each time.
        """
        return [] if batch.is_open else [who.employee_id for who in batch.left_out]

    def cancel_view(self, request, object_id):
        """Asks first, and says what becomes of what is logged."""
        batch = self._batch(request, object_id, MAY_SCORE)
        if batch is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST" and working.cancel(batch, caller_of(request)):
            message = _("The batch is cancelled. Scores that are logged stay logged.")
            self.message_user(request, message, messages.SUCCESS)
        elif batch.is_open and request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "batch": batch,
                "name": batch_in_words(batch),
                "title": _("Cancel the batch?"),
                "scored": number_in_words(batch.progress.scored),
                "left": number_in_words(batch.progress.left),
            }
            return render(request, "admin/batches/cancel.html", context)
        else:
            message = _("The batch was over already: nothing was cancelled.")
            self.message_user(request, message, messages.WARNING)
        return redirect("admin:predictions_batch_change", batch.pk)

    def _batch(self, request, object_id, permission):
        """None where there is no such batch."""
        may_view = self.has_view_permission(request)
        if not (may_view and request.user.has_perm(permission)):
            raise MayNot(permission)
        return self.get_object(request, unquote(object_id))

    @admin.display(description=_("date asked"), ordering="created_at")
    def when(self, batch):
        return _moment(batch.created_at)

    @admin.display(description=_("who asked"))
    def who(self, batch):
        return asker(batch)

    @admin.display(description=_("people"), ordering="kind")
    def people(self, batch):
        return batch.get_kind_display()

    @admin.display(description=_("number of people"))
    def number_of_people(self, batch):
        return number_in_words(batch.row_count)

    @admin.display(description=_("state"), ordering="state")
    def how_it_is(self, batch):
        return batch.get_state_display()

    @admin.display(description=_("progress"))
    def how_far(self, batch):
        done = (batch.scored or 0) + (batch.refused or 0)
        # Rounded down: nothing is at 100 % before its end.
        percent = done * 100 // batch.row_count if batch.row_count else 100
        context = {
            "share": share_in_words(percent / 100, 0),
            "done": number_in_words(done),
            "all": number_in_words(batch.row_count),
            "width": BAR,
            "filled": BAR * percent / 100,
        }
        return render_to_string("admin/batches/progress.html", context)

    @admin.display(description=_("people scored"))
    def with_score(self, batch):
        return number_in_words(batch.scored or 0)

    @admin.display(description=_("people not scored"))
    def without_score(self, batch):
        return number_in_words(batch.refused or 0)

    @admin.display(description=_("people not reached"))
    def not_reached(self, batch):
        return number_in_words(batch.progress.left)

    @admin.display(description=_("model version"))
    def release(self, batch):
        return release_link(batch.model_version)

    @admin.display(description=_("started"))
    def started(self, batch):
        return _moment(batch.started_at)

    @admin.display(description=_("finished"))
    def finished(self, batch):
        return _moment(batch.finished_at)

    @admin.display(description=_("time taken"))
    def took(self, batch):
        end = batch.finished_at or timezone.now()
        return duration_in_words((end - batch.started_at).total_seconds())

    @admin.display(description=_("people a second"))
    def rate(self, batch):
        rate = batch.progress.rate
        return number_in_words(round(rate) if rate >= 10 else round(rate, 1))

    @admin.display(description=_("time left, about"))
    def time_left(self, batch):
        return duration_in_words(batch.progress.left / batch.progress.rate)

    @admin.display(description=_("reasons"))
    def left_out(self, batch):
        leads_to = batch.sees_employees
        return left_out_table(batch.left_out, leads_to_employees=leads_to)


def _moment(when):
    return date_format(localtime(when), "SHORT_DATETIME_FORMAT")


def _nothing_for(batch):
    """How long an open batch has not moved, in words, when that is long."""
    last = batch.progress.last or batch.started_at or batch.created_at
    waited = timezone.now() - last
    if not batch.is_open or waited < SLOW:
        return None
    return duration_in_words(waited.total_seconds())
