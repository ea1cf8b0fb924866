"""What Celery's workers do: one chunk a message, so that batches take turns.

A message only says "go on with this batch": which chunk is next, and whether it was
scored, is the database's to know. One too many finds nothing to do.
"""

from uuid import UUID

from celery import Task

from predictions.batches.working import work_on
from predictions.models import Batch
from predictions.services import LogUnavailable
from technova.celery import app

NOT_COMMITTED_YET = 1  # seconds until another look for a batch that isn't there
MOST_LOOKS = 30
DATABASE_AWAY = 5  # seconds until another try


@app.task(bind=True)
def go_on(self: Task, batch_id: str) -> None:
    """Score a chunk of the batch, and leave a message for the next."""
    batch = Batch.objects.filter(pk=UUID(batch_id)).first()
    if batch is None:
        # A batch is published before it is committed: without a broker there is none.
        raise self.retry(countdown=NOT_COMMITTED_YET, max_retries=MOST_LOOKS)
    try:
        chunk = work_on(batch)
    except LogUnavailable:
        raise self.retry(countdown=DATABASE_AWAY, max_retries=None) from None
    if chunk is not None:
        go_on.delay(batch_id)
