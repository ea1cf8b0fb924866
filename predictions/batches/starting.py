"""Hands a new batch to those who work on it: Celery's workers, or a thread of ours."""

import logging
import queue
import threading
import time
import traceback
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from attrition.errors import AttritionError
from predictions.batches.working import work_on
from predictions.models import Batch
from predictions.services import LogUnavailable

logger = logging.getLogger(__name__)

AT_MOST = 8  # messages of one batch, so as many workers at once
DATABASE_AWAY = 5  # seconds until another try
# Seconds in which the web's own writes get SQLite's only lock: who waits for it looks
# again ten times a second, and would find it taken for a thousand rows each time.
OTHERS_WRITE = 0.1


class BrokerUnavailable(AttritionError):
    """The broker takes no message, so there is no batch."""


def start(batch: Batch) -> None:
    """Within the transaction that makes the batch. Raises BrokerUnavailable.

    Then the caller rolls back, and nothing is left half queued.
    """
    if settings.CELERY_BROKER_URL:
        _publish(batch)
    else:
        transaction.on_commit(partial(_here.put, batch.pk))


def _publish(batch: Batch) -> None:
    # Only where there is a broker: a web process without one needs no Celery.
    from kombu.exceptions import OperationalError

    from predictions.tasks import go_on

    chunks = batch.chunks.count()
    try:
        for _message in range(min(chunks, AT_MOST) or 1):
            go_on.apply_async([str(batch.pk)], retry=False)
    except (OperationalError, OSError) as error:
        logger.error("The broker takes no message: %s", type(error).__name__)
        raise BrokerUnavailable("The broker takes no message.") from None


class _Here:
    """One thread of this process, which works through batches one after the other.

    It ends with the process, in the middle of a chunk if need be, which then is as it
    was: `manage.py run_batches` goes on with what is left.
    """

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[UUID] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, batch_id: UUID) -> None:
        self._waiting.put(batch_id)
        with self._lock:
            # Not before: what is forked inherits no thread.
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch_id = self._waiting.get()
            try:
                finish(Batch.objects.get(pk=batch_id))
            except Exception as error:
                # The next batch must not wait for ever because of this one. The text
                # of an exception can hold values, and stays out.
                frames = "".join(traceback.format_tb(error.__traceback__))
                kind = type(error).__name__
                logger.error("Batch %s stopped: %s\n%s", batch_id, kind, frames)
            finally:
                connection.close()


def finish(batch: Batch) -> None:
    """Work on a batch until nothing of it is left that nobody else is at."""
    while True:
        try:
            if work_on(batch) is None:
                return
            if connection.vendor == "sqlite":
                time.sleep(OTHERS_WRITE)
        except LogUnavailable:
            connection.close()
            time.sleep(DATABASE_AWAY)


_here = _Here()
