"""Groups that are there already get what a new version lets them read."""

from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from predictions.roles import make_groups


def migrate_to(name: str) -> None:
    call_command("migrate", "predictions", name, verbosity=0, skip_checks=True)


def test_auditors_and_managers_of_before_may_read_batches(committing):
    make_groups()
    view = Permission.objects.get(codename="view_batch")
    for group in Group.objects.all():
        group.permissions.remove(view)
    migrate_to("0005")

    migrate_to("0006")

    found = Group.objects.filter(permissions__codename="view_batch")
    assert set(found.values_list("name", flat=True)) == {"HR auditor", "HR manager"}
