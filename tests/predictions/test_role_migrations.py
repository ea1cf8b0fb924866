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


def test_api_administrators_of_before_may_read_refusals(committing):
    make_groups()
    group = Group.objects.get(name="API administrator")
    names = ["view_refusal", "view_unknowncallers"]
    group.permissions.remove(*Permission.objects.filter(codename__in=names))
    migrate_to("0007")

    migrate_to("0009")

    assert group.permissions.filter(codename__in=names).count() == 2
