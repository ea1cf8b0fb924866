import django.utils.timezone
from django.db import migrations, models

from predictions.granting import granted

GIVEN = {
    "HR auditor": ("view_logcheck",),
}


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('predictions', '0009_cancelled_by'),
    ]

    operations = [
        migrations.CreateModel(
            name='SealCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('seal', models.PositiveBigIntegerField()),
                ('rows', models.PositiveIntegerField()),
                ('findings', models.PositiveIntegerField()),
                ('is_signed', models.BooleanField()),
            ],
            options={
                'db_table': 'prediction_seal_check',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SummaryProgress',
            fields=[
                ('log', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('version', models.PositiveBigIntegerField(default=0)),
                ('last_id', models.BigIntegerField(default=0)),
                ('gaps', models.JSONField(default=list)),
                ('state', models.CharField(blank=True, max_length=200)),
                ('time_zone', models.CharField(blank=True, max_length=64)),
                ('counted_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'prediction_summary_progress',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='DaySummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('model_version', models.TextField()),
                ('count', models.PositiveBigIntegerField()),
                ('above', models.PositiveBigIntegerField()),
                ('bins', models.JSONField()),
                ('lowest_threshold', models.FloatField()),
                ('highest_threshold', models.FloatField()),
            ],
            options={
                'db_table': 'prediction_day_summaries',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('day', 'model_version'), name='day_summary_once_a_release')],
            },
        ),
        migrations.CreateModel(
            name='DayToCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('log', models.CharField(max_length=16)),
                ('day', models.DateField()),
            ],
            options={
                'db_table': 'prediction_days_to_count',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('log', 'day'), name='day_to_count_once')],
            },
        ),
        migrations.CreateModel(
            name='DepartmentSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.TextField(blank=True)),
                ('model_version', models.TextField()),
                ('people', models.PositiveBigIntegerField()),
                ('above', models.PositiveBigIntegerField()),
                ('mean_probability', models.FloatField()),
            ],
            options={
                'db_table': 'prediction_department_summaries',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('department', 'model_version'), name='department_summary_once_a_release')],
            },
        ),
        migrations.CreateModel(
            name='LogCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='verified')),
                ('rows', models.PositiveBigIntegerField(verbose_name='rows checked')),
                ('seals', models.PositiveBigIntegerField(verbose_name='seals checked')),
                ('waiting', models.PositiveBigIntegerField(verbose_name='rows that waited for a seal')),
                ('findings', models.PositiveBigIntegerField(verbose_name='findings')),
                ('has_keys', models.BooleanField(verbose_name='with keys to trust')),
                ('has_anchor', models.BooleanField(verbose_name='with an anchor')),
                ('user_name', models.CharField(blank=True, max_length=150, verbose_name='user')),
            ],
            options={
                'verbose_name': 'verification of the log',
                'verbose_name_plural': 'verifications of the log',
                'db_table': 'prediction_log_checks',
                'ordering': ['-created_at', '-id'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['-created_at', '-id'], name='log_check_newest_first')],
            },
        ),
        migrations.CreateModel(
            name='RefusalSummary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('code', models.CharField(max_length=50)),
                ('count', models.PositiveBigIntegerField()),
            ],
            options={
                'db_table': 'prediction_refusal_summaries',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('day', 'code'), name='refusal_summary_once_a_reason')],
            },
        ),
        migrations.RunPython(granted(GIVEN), migrations.RunPython.noop),
    ]
