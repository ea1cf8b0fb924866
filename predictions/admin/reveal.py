"""Values stay masked until somebody says what they look at them for."""

from django.shortcuts import redirect, render
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from predictions.access import LASTS, RevealedPeople
from predictions.admin.missing import NoSuchRecord
from predictions.admin.purpose import PurposeForm
from predictions.admin.who_may import MayNot
from predictions.models import Action
from predictions.rights import REVEAL, SURVEY
from predictions.sight import Sight

MINUTES = int(LASTS.total_seconds()) // 60


class Reveals:
    """For the ModelAdmin of rows with an `employee_id`: who sees values, since when."""

    def sight_of(self, request, row):
        """What this user sees of this row's values; sets `row.revealed`."""
        may = request.user.has_perm(REVEAL)
        people = RevealedPeople(request.user.get_username())
        row.revealed = people.of(row.employee_id, row.pk) if may else None
        survey = request.user.has_perm(SURVEY)
        return Sight(values=row.revealed is not None, survey=survey)

    def purpose_of(self, request, row):
        return row.revealed and row.revealed.purpose

    def panel(self, request, row):
        """What the page says above the values: masked and how to see them, or shown."""
        until = row.revealed and localtime(row.revealed.until)
        return {
            "reveal_form": PurposeForm(),
            "may_reveal": request.user.has_perm(REVEAL),
            "may_see_survey": request.user.has_perm(SURVEY),
            "revealed_for": row.revealed and row.revealed.purpose.label,
            "revealed_until": until and time_format(until),
            "minutes": MINUTES,
        }

    def reveal_view(self, request, object_id):
        """Records the purpose and leads back to the page; asks again without one."""
        may_view = self.has_view_permission(request)
        if not (may_view and request.user.has_perm(REVEAL)):
            raise MayNot(REVEAL)
        row = self.get_object(request, object_id)
        if row is None:
            raise NoSuchRecord(self.opts, object_id)
        form = PurposeForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            self.note(
                request,
                Action.REVEAL,
                employees=[row.employee_id],
                prediction_id=row.pk,
                purpose=form.chosen,
            )
            return redirect("admin:predictions_prediction_change", row.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reveal the values"),
            "original": row,
            "reveal_form": form,
            "minutes": MINUTES,
        }
        return render(request, "admin/predictions/reveal.html", context)
