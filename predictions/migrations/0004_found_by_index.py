import predictions.models.newest
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attrition', '0001_initial'),
        ('predictions', '0003_auditors_read_proofs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='prediction',
            name='prediction_by_employee',
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=predictions.models.newest.NewestIndex(fields=['employee', 'created_at', 'id'], name='prediction_by_employee'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=predictions.models.newest.NewestIndex(fields=['prediction', 'created_at', 'id', 'source', 'model_version'], name='prediction_by_prediction'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=predictions.models.newest.NewestIndex(fields=['source', 'created_at', 'id', 'prediction', 'model_version'], name='prediction_by_source'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=predictions.models.newest.NewestIndex(fields=['model_version', 'created_at', 'id', 'prediction', 'source'], name='prediction_by_model_version'),
        ),
        migrations.AddIndex(
            model_name='prediction',
            index=predictions.models.newest.NewestIndex(fields=['request_id', 'created_at', 'id'], name='prediction_by_request'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=predictions.models.newest.NewestIndex(fields=['status', 'created_at', 'id', 'code'], name='refusal_by_status'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=predictions.models.newest.NewestIndex(fields=['code', 'created_at', 'id', 'status'], name='refusal_by_code'),
        ),
        migrations.AddIndex(
            model_name='refusal',
            index=models.Index(fields=['request_id'], name='refusal_by_request'),
        ),
        migrations.AddIndex(
            model_name='replay',
            index=models.Index(fields=['-created_at', '-id'], name='replay_newest_first'),
        ),
        migrations.AddIndex(
            model_name='seal',
            index=models.Index(fields=['created_at'], name='seal_by_time'),
        ),
    ]
