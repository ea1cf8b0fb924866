"""Permissions as the reader calls them: the database has their names in English."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

VERBS = {
    "add": _("add"),
    "change": _("change"),
    "delete": _("delete"),
    "view": _("view"),
}


def permission_in_words(permission):
    """App, model and what may be done, as Django orders them."""
    kind = permission.content_type
    return f"{kind.app_labeled_name} | {_may(permission, kind.model_class())}"


def _may(permission, model):
    if model is None:  # of an app that is gone
        return permission.name
    own = dict(model._meta.permissions)
    if permission.codename in own:
        return str(own[permission.codename])
    verb, _, name = permission.codename.partition("_")
    if verb in VERBS and name == model._meta.model_name:
        return capfirst(VERBS[verb])
    return permission.name
