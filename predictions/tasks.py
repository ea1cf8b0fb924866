"""What Celery's workers do: one chunk a message, so that batches take turns.

A message only says "go on with this batch": which chunk is next, and whether it was
scored, is the database's to know. One too many finds nothing to do.
"""

from typing import Any
from uuid import UUID

from celery import Task
from celery.signals import worker_ready
from django.db import Error, connection

from predictions.batches.working import work_on
from predictions.models import Batch
from predictions.services import LogUnavailable
from technova.celery import app

NOT_COMMITTED_YET = 1  # seconds until another look for a batch that isn't there
MOST_LOOKS = 30
DATABASE_AWAY = 5  # seconds until another try
UNTIL_IT_ANSWERS = {"max_retries": None, "interval_start": 1, "interval_max": 5}


@app.task(bind=True)
def go_on(self: Task, batch_id: str) -> None:
    """Score a chunk of the batch, and leave a message for the next."""
    try:
        batch = Batch.objects.filter(pk=UUID(batch_id)).first()
        chunk = work_on(batch) if batch else None
    except (LogUnavailable, Error):
        connection.close()
        raise self.retry(countdown=DATABASE_AWAY, max_retries=None) from None
    if batch is None:
        # A batch is published before it is committed: without a broker there is none.
        raise self.retry(countdown=NOT_COMMITTED_YET, max_retries=MOST_LOOKS)
    if chunk is not None:
        # A broker that is away for a moment must not end it here.
        go_on.apply_async([batch_id], retry=True, retry_policy=UNTIL_IT_ANSWERS)


@worker_ready.connect
def go_on_with_what_is_left(**kwargs: Any) -> None:
    """A broker that lost its messages: whoever starts has one for each open batch."""
    for pk in Batch.objects.open().values_list("pk", flat=True):
        go_on.delay(str(pk))
