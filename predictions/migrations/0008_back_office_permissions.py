from django.db import migrations

from predictions.granting import granted

GIVEN = {
    "HR auditor": (
        "view_access",
        "reveal_values",
        "view_survey_answers",
        "export_prediction",
    ),
    "HR manager": ("reveal_values",),
}


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("predictions", "0007_access_log"),
    ]

    operations = [migrations.RunPython(granted(GIVEN), migrations.RunPython.noop)]
