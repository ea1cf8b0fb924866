"""The parts of the home page beside the answers: refusals, the proof, what runs."""

import re

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from attrition import releases
from attrition.errors import ReleaseRejected
from attrition.field import number_in_words
from attrition.sentences import SENTENCES
from predictions import home_figures
from predictions.admin import home_links as links
from predictions.admin.base import release_link
from predictions.home_figures import MONTH, MOST_WAITING, Period
from predictions.models import LogCheck
from predictions.timeline import share_in_full

PLACEHOLDERS = re.compile(r"(%\(\w+\)s)+\.?")


def running():
    """What answers now; None while nothing can."""
    try:
        release = releases.current()
    except ReleaseRejected:
        return None
    own = release.card["threshold"]["value"]
    return {
        "card": release_link(release.version),
        "threshold": share_in_full(release.threshold),
        "own": share_in_full(own),
        "is_own": settings.MODEL_THRESHOLD in (None, own),
        "is_demonstration": release.is_demonstration,
    }


def refused(today, user):
    period = Period.of_last(MONTH, today)
    rows = home_figures.refusals(period)
    sees_unknown = user.has_perm("predictions.view_unknowncallers")
    return {
        "rows": [_reason(row, period) for row in rows],
        "total": number_in_words(sum(row["calls"] for row in rows)),
        "list": links.refusals(period),
        "unknown": sees_unknown
        and number_in_words(home_figures.unknown_callers(period)),
        "unknown_list": links.unknown_callers(period),
    }


def _reason(row, period):
    code = row["code"]
    sentence = str(SENTENCES.get(code, "–")).replace("%%", "%")
    return {
        "code": code,
        "words": PLACEHOLDERS.sub("…", sentence),
        "count": number_in_words(row["calls"]),
        "list": links.refusals(period, code),
    }


def proof(user):
    """The newest seal as it was verified last, and the whole log."""
    waiting = home_figures.waiting()
    seal = home_figures.newest_seal()
    check = LogCheck.objects.first()
    may_open = user.has_perm("predictions.view_logcheck")
    return {
        "seal": seal,
        "seal_number": seal and number_in_words(seal.seal),
        "seal_rows": seal and number_in_words(seal.rows),
        "seal_findings": seal and number_in_words(seal.findings),
        "seal_page": seal
        and reverse("admin:predictions_seal_change", args=[seal.seal]),
        "trusts_a_key": bool(settings.SEAL_SIGNING_KEY or settings.SEAL_PUBLIC_KEYS),
        "check": check,
        "check_rows": check and number_in_words(check.rows),
        "check_findings": check and number_in_words(check.findings),
        "check_page": check
        and may_open
        and reverse("admin:predictions_logcheck_change", args=[check.pk]),
        "waiting": _waiting(waiting),
    }


def _waiting(rows):
    if rows > MOST_WAITING:
        return _("more than %(rows)s") % {"rows": number_in_words(MOST_WAITING)}
    return number_in_words(rows)
