"""API keys in words: what each scope lets a program do, and how a key is."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from predictions.models import ApiKey, KeyState, Scope


class Explained(NamedTuple):
    words: Promise
    calls: tuple[str, ...]


EXPLAINED = {
    Scope.PREDICT: Explained(
        _(
            "Sends data about people, or the numbers of stored employees, and gets a "
            "score for each. Every score is written to the log. Of batches it sees "
            "its own."
        ),
        (
            "POST /predict",
            "POST /predict_by_id/{employee_id}",
            "POST /predict/batch",
            "GET /batches",
            "POST /batches",
            "GET /batches/{id}",
            "POST /batches/{id}/cancel",
            "GET /batches/{id}/results",
        ),
    ),
    Scope.HISTORY: Explained(
        _(
            "Reads the whole log: every score of every employee, with the data that "
            "were sent, and everybody's batches. Only for a program that needs "
            "personal data."
        ),
        ("GET /history", "GET /history/{employee_id}", "GET /predictions/{id}"),
    ),
    Scope.EMPLOYEES_READ: Explained(
        _("Reads the stored data of all employees, and changes nothing."),
        ("GET /employees", "GET /employees/{employee_id}"),
    ),
    Scope.EMPLOYEES_WRITE: Explained(
        _(
            "Creates, replaces and changes employees, one or thousands at once. It "
            "goes with a program that loads the HR data."
        ),
        (
            "PUT /employees",
            "PUT /employees/{employee_id}",
            "PATCH /employees/{employee_id}",
        ),
    ),
    Scope.AUDIT: Explained(
        _(
            "Has a score of the log computed again, to see whether it is the same. "
            "The answer holds the score."
        ),
        ("POST /predictions/{id}/replay",),
    ),
}


def scopes_in_words(scopes: list[str]) -> str:
    """As a person reads them; by its name one that this version does not know."""
    if set(scopes) == set(Scope.values):
        return gettext("everything")
    labels = dict(Scope.choices)
    return ", ".join(str(labels.get(scope, scope)) for scope in scopes)


def state_in_words(key: ApiKey) -> str:
    match key.state:
        case KeyState.REVOKED:
            return gettext("revoked since %(day)s") % {"day": day(key.revoked_at)}
        case KeyState.EXPIRED:
            return gettext("expired since %(day)s") % {"day": day(key.expires_at)}
        case KeyState.EXPIRING:
            return _expiring(key)
    return str(KeyState.VALID.label)


def _expiring(key: ApiKey) -> str:
    days = (key.expires_at - timezone.now()).days
    if days < 2:  # "in 1 days" is no English, and "dans 0 jours" no French
        return gettext("valid, expires on %(moment)s") % {
            "moment": moment(key.expires_at)
        }
    return gettext("valid, expires in %(days)s days") % {"days": days}


def use_in_words(key: ApiKey) -> str:
    """When it was last used, and the mark of one that nobody seems to need."""
    used = moment(key.last_used_at) if key.last_used_at else gettext("never used")
    if not key.is_long_unused:
        return used
    if key.last_used_at is None:
        return gettext("never used, made more than 90 days ago")
    return gettext("%(moment)s: unused for 90 days") % {"moment": used}


def expiry_in_words(key: ApiKey) -> str:
    return moment(key.expires_at) if key.expires_at else gettext("never")


def day(time) -> str:
    return date_format(timezone.localtime(time), "DATE_FORMAT")


def moment(time) -> str:
    return date_format(timezone.localtime(time), "SHORT_DATETIME_FORMAT")
