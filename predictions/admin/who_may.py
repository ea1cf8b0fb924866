"""Whom a refusal sends you to: the roles that hold the permission you lack."""

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

NEEDS = {
    "changelist": "view",
    "change": "view",
    "history": "view",
    "add": "add",
    "delete": "delete",
}
"""What Django's own pages of a model are refused for, by the end of their name."""


class MayNot(PermissionDenied):
    """Raised with the permission that is missing: the page says who has it."""

    def __init__(self, permission):
        super().__init__(permission)
        self.permission = permission


def roles_in_words(request, exception):
    permission = _permission(request, exception)
    if permission is None:
        return _("Your role does not allow it.")
    names = [_(name) for name in _roles(permission)]
    if not names:
        return _("No role allows it.")
    sentence = _("Roles that allow it: %(roles)s.")
    return sentence % {"roles": ", ".join(sorted(names))}


def _permission(request, exception):
    if isinstance(exception, MayNot):
        return exception.permission
    name = getattr(request.resolver_match, "url_name", None) or ""
    match name.split("_"):
        case [app, model, page] if page in NEEDS:
            return f"{app}.{NEEDS[page]}_{model}"
    return None


def _roles(permission):
    app, codename = permission.split(".")
    holders = Group.objects.filter(
        permissions__content_type__app_label=app, permissions__codename=codename
    )
    return holders.values_list("name", flat=True)
