from django.contrib.auth.management import create_permissions
from django.db import migrations

READERS = ("HR auditor", "HR manager")


def give(apps, schema_editor):
    """To groups that are there already; `bootstrap` gives it to new ones."""
    config = apps.get_app_config("attrition")
    # Django makes permissions after the last migration: too late for this one.
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    permission = apps.get_model("auth", "Permission").objects.get(
        content_type__app_label="attrition", codename="view_employeeimport"
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=READERS):
        group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("attrition", "0003_employee_imports"),
    ]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
