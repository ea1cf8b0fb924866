"""Celery, where `CELERY_BROKER_URL` names a broker: `celery -A technova worker`."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "technova.settings")

app = Celery("technova")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
def refuse_without_broker(conf: Any, **kwargs: Any) -> None:
    """Else Celery would wait for ever at an address of its own choosing."""
    if not conf.broker_url:
        sys.exit("CELERY_BROKER_URL names no broker: without one no worker is needed.")
