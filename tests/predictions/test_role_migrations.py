"""Groups that are there already get what a new version lets them read."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from predictions.roles import make_groups


def migrate_to(app: str, name: str) -> None:
    call_command("migrate", app, name, verbosity=0, skip_checks=True)


@pytest.mark.parametrize(
    ("app", "before", "after", "codename", "groups"),
    [
        ("predictions", "0005", "0006", "view_batch", {"HR auditor", "HR manager"}),
        ("predictions", "0007", "0008", "view_access", {"HR auditor"}),
        ("predictions", "0007", "0008", "reveal_values", {"HR auditor", "HR manager"}),
        ("predictions", "0007", "0008", "export_prediction", {"HR auditor"}),
        ("predictions", "0009", "0010", "view_logcheck", {"HR auditor"}),
        ("predictions", "0010", "0011", "view_refusal", {"API administrator"}),
        ("predictions", "0010", "0011", "view_unknowncallers", {"API administrator"}),
        (
            "attrition",
            "0003",
            "0004",
            "view_employeeimport",
            {"HR auditor", "HR manager"},
        ),
    ],
)
def test_groups_of_before_get_what_new_ones_have(
    committing, app, before, after, codename, groups
):
    make_groups()
    permission = Permission.objects.get(codename=codename)
    for group in Group.objects.all():
        group.permissions.remove(permission)
    migrate_to(app, before)

    migrate_to(app, after)

    found = Group.objects.filter(permissions__codename=codename)
    assert set(found.values_list("name", flat=True)) == groups
