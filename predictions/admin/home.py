"""The home page: what the log holds, whether it is proven, and what runs now.

Each part is for whoever may see the list behind it; who may see none has the list of
pages alone.
"""

from django.contrib import admin
from django.urls import path
from django.utils import timezone

from predictions import home_figures
from predictions.admin.home_answers import answers
from predictions.admin.home_parts import proof, refused, running


def home(request):
    return admin.site.index(request, {"home": _parts(request.user)})


def _parts(user):
    may = user.has_perm
    sees_answers = may("predictions.view_prediction")
    sees_refusals = may("predictions.view_refusal")
    sees_seals = may("predictions.view_seal")
    if not (sees_answers or sees_refusals or sees_seals):
        return None
    today = timezone.localdate()
    counted_at = home_figures.counted_at()
    return {
        "counted_at": counted_at,
        "is_old": counted_at and home_figures.is_old(counted_at),
        "running": sees_answers and running(),
        "answers": sees_answers and counted_at and answers(today),
        "refused": sees_refusals and counted_at and refused(today, user),
        "proof": sees_seals and proof(user),
    }


urlpatterns = [path("", admin.site.admin_view(home))]
