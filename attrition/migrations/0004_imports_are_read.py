from django.db import migrations

from attrition.granting import granted

GIVEN = {
    "HR auditor": ("view_employeeimport",),
    "HR manager": ("view_employeeimport",),
}


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("attrition", "0003_employee_imports"),
    ]

    operations = [
        migrations.RunPython(granted("attrition", GIVEN), migrations.RunPython.noop)
    ]
