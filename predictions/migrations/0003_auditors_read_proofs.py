from django.db import migrations

from predictions.granting import granted

GIVEN = {
    "HR auditor": (
        "view_seal",
        "view_refusal",
        "view_unknowncallers",
        "view_replay",
        "view_erasure",
        "replay_prediction",
    ),
}


class Migration(migrations.Migration):

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("predictions", "0002_believable_log"),
    ]

    operations = [migrations.RunPython(granted(GIVEN), migrations.RunPython.noop)]
