"""The releases of the model and their cards: files, so pages without a table."""

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from attrition import grounds, releases
from attrition.errors import ReleaseRejected
from attrition.field import number_in_words
from attrition.flagged import override_in_words
from attrition.typography import rounded
from predictions import card_page


def release_list(request):
    serving = _serving()
    rows = [_row(version, serving) for version in releases.folders()]
    context = {
        **admin.site.each_context(request),
        "title": _("Releases of the model"),
        "rows": rows,
        "measures": [card_page.measure_in_words(name) for name in card_page.MEASURES],
        "override": serving and override_in_words(serving),
        "restart": serving and _restart_in_words(serving),
    }
    return render(request, "admin/releases/list.html", context)


def _serving():
    try:
        return releases.current()
    except ReleaseRejected:
        return None


def _row(version, serving):
    row = {"version": version, "serves": serving and serving.version == version}
    try:
        release = releases.load_anew(version)
    except ReleaseRejected:
        return row | {"release": None}
    card, metrics = release.card, release.card.get("metrics", {})
    employees = card["data"].get("employees")  # serving does without
    return row | {
        "release": release,
        "marks": list(_marks(row["serves"], release)),
        "threshold": rounded(card["threshold"]["value"], 2),
        "employees": "–" if employees is None else number_in_words(employees),
        "figures": [
            rounded(metrics[name]["mean"], 3) if name in metrics else "–"
            for name in card_page.MEASURES
        ],
    }


def _marks(serves, release):
    """What to know of a release before its figures, in words."""
    if serves:
        yield _("serves now")
    if release.is_demonstration:
        yield _("fictional data")
    if grounds.used(release):
        yield _("uses a prohibited ground")


def _restart_in_words(serving):
    """What a restart would change; None where nothing."""
    try:
        following = releases.next_current()
    except ReleaseRejected:
        return _("After a restart nothing could be scored: manage.py check says why.")
    if following.artifact_sha256 == serving.artifact_sha256:
        return None
    sentence = _(
        "After a restart, what the folder of release %(version)s holds serves."
    )
    return sentence % {"version": following.version}


def release_card(request, version):
    try:
        content = card_page.content(releases.load(version))
    except ReleaseRejected:  # or it scores, and its card says too little to be shown
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
