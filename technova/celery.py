"""Celery, where `CELERY_BROKER_URL` names a broker: `celery -A technova worker`."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")
try:
    settings.CELERY_BROKER_URL  # noqa: B018  (reads them all)
except ImproperlyConfigured as error:
    sys.exit(f"celery: {error}")

app = Celery("technova")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def refuse_without_broker(conf: Any, **kwargs: Any) -> None:
    """Else Celery would wait for ever at an address of its own choosing."""
    if not conf.broker_url:
        sys.exit("CELERY_BROKER_URL names no broker: without one no worker is needed.")
