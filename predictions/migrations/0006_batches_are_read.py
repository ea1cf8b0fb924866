from django.db import migrations

from predictions.granting import granted

GIVEN = {
    "HR auditor": ("view_batch",),
    "HR manager": ("view_batch",),
}


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("predictions", "0005_batches"),
    ]

    operations = [migrations.RunPython(granted(GIVEN), migrations.RunPython.noop)]
