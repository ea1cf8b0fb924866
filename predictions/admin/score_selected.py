"""The action that scores the employees who are selected in the list."""

import logging

from django.contrib import admin, messages
from django.db import Error, transaction
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from attrition.errors import ReleaseRejected
from attrition.field import number_in_words
from predictions.admin.base import caller_of
from predictions.answers import UNAVAILABLE
from predictions.batches.making import CHUNK, Asker, of_employees
from predictions.batches.starting import BrokerUnavailable, start

logger = logging.getLogger(__name__)


@admin.action(
    description=_("Score the selected employees"),
    permissions=["score"],
)
def score_selected(model_admin, request, queryset):
    """Make a batch of them and lead to its page; or say why there is none."""
    caller = caller_of(request)
    try:
        batch = _started(queryset, Asker(caller, f"user:{request.user.pk}"))
    except ReleaseRejected as error:
        logger.error("No release serves: %s", error)
        refused = UNAVAILABLE["model_unavailable"]
    except BrokerUnavailable:
        refused = UNAVAILABLE["broker_unavailable"]
    except Error as error:
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


@transaction.atomic
def _started(queryset, asker):
    """Their numbers are read a few at a time: all of them can be very many."""
    ids = queryset.order_by("pk").values_list("pk", flat=True).iterator(CHUNK)
    batch = of_employees(ids, asker)
    start(batch)
    return batch
