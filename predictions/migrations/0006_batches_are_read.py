from django.contrib.auth.management import create_permissions
from django.db import migrations

GIVEN = {
    "HR auditor": ("view_batch",),
    "HR manager": ("view_batch",),
}


def give(apps, schema_editor):
    """To groups that are there already; `bootstrap` gives them to new ones."""
    config = apps.get_app_config("predictions")
    # Django makes permissions after the last migration: too late for this one.
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="predictions"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GIVEN):
        group.permissions.add(*permissions.filter(codename__in=GIVEN[group.name]))


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("predictions", "0005_batches"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
