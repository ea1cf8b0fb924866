"""An HR manager asks for one employee's score, and says what for."""

import logging

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from attrition.errors import InvalidFeatures, Problem, ReleaseRejected
from predictions.admin.base import MAY_SCORE, caller_of
from predictions.admin.purpose import ScorePurposeForm
from predictions.admin.who_may import MayNot
from predictions.answers import UNAVAILABLE
from predictions.models import Action
from predictions.services import LogUnavailable, Record, predict
from predictions.words import label_of

logger = logging.getLogger(__name__)


class ScoresOne:
    """For the ModelAdmin of employees."""

    def score(self, request, object_id):
        """Asks for the purpose, then scores what is stored and leads to the row."""
        employee = self.get_object(request, unquote(object_id))
        may_view = self.has_view_permission(request, employee)
        if not (may_view and request.user.has_perm(MAY_SCORE)):
            raise MayNot(MAY_SCORE)
        if employee is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = ScorePurposeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return self._scored(request, employee, form.chosen)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": employee,
            "title": _("Score employee %(id)s") % {"id": employee.pk},
            "form": form,
        }
        return render(request, "admin/attrition/employee/score.html", context)

    def _scored(self, request, employee, purpose):
        try:
            self.note(request, Action.SCORE, employees=[employee.pk], purpose=purpose)
            record = Record(employee.features, employee.pk)
            [row] = predict([record], caller=caller_of(request))
        except InvalidFeatures as error:
            refused = [_in_words(problem) for problem in error.problems]
        except ReleaseRejected as error:
            logger.error("No release serves: %s", error)
            refused = [UNAVAILABLE["model_unavailable"]]
        except LogUnavailable:
            refused = [UNAVAILABLE["log_unavailable"]]
        else:
            message = _("The score is calculated and recorded as prediction %(id)s.")
            self.message_user(request, message % {"id": row.pk}, messages.SUCCESS)
            if request.user.has_perm("predictions.view_prediction"):
                return redirect("admin:predictions_prediction_change", row.pk)
            return redirect("admin:attrition_employee_change", employee.pk)
        for message in refused:
            self.message_user(request, message, messages.ERROR)
        return redirect("admin:attrition_employee_change", employee.pk)


def _in_words(problem):
    """The sentence, with the field called as the form calls it."""
    if problem.code == "nothing_to_score":
        return _("Nothing that the model uses is stored of this employee.")
    return Problem(label_of(problem.field), problem.code, problem.params).message
