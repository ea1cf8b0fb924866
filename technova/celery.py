"""Celery, where `CELERY_BROKER_URL` names a broker: `celery -A technova worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")

app = Celery("technova")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
