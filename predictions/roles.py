"""The groups of the back-office, each with the least it needs.

A permission that is new here needs a migration too, for groups that are there already
(0003 is one).
"""

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

ROLES: dict[str, tuple[str, ...]] = {
    _("HR auditor"): (
        "predictions.view_prediction",
        "predictions.view_batch",
        "predictions.view_seal",
        "predictions.view_logcheck",
        "predictions.view_refusal",
        "predictions.view_unknowncallers",
        "predictions.view_replay",
        "predictions.view_erasure",
        "predictions.view_access",
        "predictions.view_loginrecovery",
        "predictions.reveal_values",
        "predictions.view_survey_answers",
        "predictions.export_prediction",
        "predictions.replay_prediction",
        "attrition.view_employeeimport",
    ),
    _("HR manager"): (
        "predictions.view_prediction",
        "predictions.view_batch",
        "predictions.request_prediction",
        "predictions.reveal_values",
        "attrition.view_employee",
        "attrition.add_employee",
        "attrition.change_employee",
        "attrition.view_employeeimport",
    ),
    # Releases are files so far: what an ML engineer does needs no permission here.
    _("ML engineer"): (),
    _("API administrator"): (
        "predictions.view_apikey",
        "predictions.add_apikey",
        "predictions.change_apikey",
        "predictions.view_refusal",
        "predictions.view_unknowncallers",
    ),
}


def group_in_words(name: str) -> str:
    """As the reader calls it, and as it is stored, which is what the admin lists."""
    said = gettext(name)
    return name if said == name else f"{said} ({name})"


def make_groups() -> list[str]:
    """Make the groups that are missing; return their names.

    A group that is there keeps the permissions that an administrator gave it.
    """
    made = []
    for name, permissions in ROLES.items():
        group, created = Group.objects.get_or_create(name=name)
        if created:
            made.append(name)
            group.permissions.set(_permission(label) for label in permissions)
    return made


def _permission(label: str) -> Permission:
    app, codename = label.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
