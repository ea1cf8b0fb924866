"""The action that scores the employees who are selected in the list."""

import logging

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import Error, transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from attrition.errors import ReleaseRejected
from attrition.field import number_in_words
from predictions import access
from predictions.admin.base import caller_of
from predictions.admin.purpose import ScorePurposeForm
from predictions.answers import UNAVAILABLE
from predictions.batches.making import CHUNK, Asker, of_employees
from predictions.batches.starting import BrokerUnavailable, start
from predictions.models import Action
from predictions.services import LogUnavailable

logger = logging.getLogger(__name__)


@admin.action(
    description=_("Score the selected employees"),
    permissions=["score"],
)
def score_selected(model_admin, request, queryset):
    """Ask what for, make a batch of them and lead to its page; or say why not."""
    form = ScorePurposeForm(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, queryset, form)
    try:
        details = {"employees": queryset.count()}
        look = model_admin.note(
            request, Action.SCORE, purpose=form.chosen, details=details
        )
        asker = Asker(caller_of(request), f"user:{request.user.pk}")
        batch = _started(queryset, asker, look)
    except ReleaseRejected as error:
        logger.error("No release serves: %s", error)
        refused = UNAVAILABLE["model_unavailable"]
    except BrokerUnavailable:
        refused = UNAVAILABLE["broker_unavailable"]
    except (Error, LogUnavailable) as error:
        # The database's own text can hold values, so only its kind goes on.
        logger.error("A batch was not written: %s", type(error).__name__)
        refused = _("The batch could not be recorded. Try again in a moment.")
    else:
        message = _("The batch is on its way. Employees to score: %(count)s.")
        count = number_in_words(batch.row_count)
        model_admin.message_user(request, message % {"count": count}, messages.SUCCESS)
        if request.user.has_perm("predictions.view_batch"):
            return redirect("admin:predictions_batch_change", batch.pk)
        return None
    model_admin.message_user(request, refused, messages.ERROR)
    return None


def _ask(model_admin, request, queryset, form):
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Score the selected employees"),
        "count": number_in_words(queryset.count()),
        "form": form,
        "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
    }
    return render(request, "admin/attrition/employee/score.html", context)


@transaction.atomic
def _started(queryset, asker, look):
    """Their numbers are read a few at a time: all of them can be very many."""
    ids = queryset.order_by("pk").values_list("pk", flat=True).iterator(CHUNK)
    batch = of_employees(access.each(look, ids, int), asker)
    start(batch)
    return batch
