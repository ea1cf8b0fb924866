from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("predictions", "0011_key_revocation"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="created_by",
            field=models.CharField(
                blank=True, max_length=150, verbose_name="created by"
            ),
        ),
    ]
