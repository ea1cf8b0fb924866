"""The releases of the model and their cards: files, so pages without a table."""

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from attrition import grounds, releases
from attrition.errors import ReleaseRejected
from attrition.flagged import override_in_words
from predictions import card_page
from predictions.words import rounded


def release_list(request):
    rows = [_row(version) for version in releases.versions()]
    serving = next((row["release"] for row in rows if row["serves"]), None)
    context = {
        **admin.site.each_context(request),
        "title": _("Releases of the model"),
        "rows": rows,
        "measures": [card_page.measure_in_words(name) for name in card_page.MEASURES],
        "override": serving and override_in_words(serving),
    }
    return render(request, "admin/releases/list.html", context)


def _row(version):
    try:
        release = releases.load(version)
    except ReleaseRejected:
        return {"version": version, "release": None, "serves": False}
    card, metrics = release.card, release.card.get("metrics", {})
    return {
        "version": version,
        "release": release,
        "serves": _serves(version),
        "marks": list(_marks(version, release)),
        "threshold": rounded(card["threshold"]["value"], 2),
        "figures": [
            rounded(metrics[name]["mean"], 3) if name in metrics else "–"
            for name in card_page.MEASURES
        ],
    }


def _marks(version, release):
    """What to know of a release before its figures, in words."""
    if _serves(version):
        yield _("serves now")
    if release.is_demonstration:
        yield _("fictional data")
    if grounds.used(release):
        yield _("uses a prohibited ground")


def _serves(version):
    try:
        return releases.current_version() == version
    except ReleaseRejected:
        return False


def release_card(request, version):
    try:
        release = releases.load(version)
    except ReleaseRejected:
        raise Http404 from None
    try:
        content = card_page.content(release)
    except LookupError:  # it scores, and its card says too little to be shown
        raise Http404 from None
    context = {
        **admin.site.each_context(request),
        **content,
        "title": _("Model card of release %(version)s") % {"version": version},
    }
    return render(request, "admin/releases/card.html", context)


urlpatterns = [
    path("", admin.site.admin_view(release_list), name="releases"),
    path("<str:version>/", admin.site.admin_view(release_card), name="release"),
]
