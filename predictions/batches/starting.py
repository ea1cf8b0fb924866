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
from predictions.batches.working import let_others_write, work_on
from predictions.models import Batch
from predictions.services import LogUnavailable

logger = logging.getLogger(__name__)

AT_MOST = 8  # messages of one batch, so as many workers at once
SILENT = 2  # seconds after which a broker that says nothing is away
DATABASE_AWAY = 5  # seconds until another try


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
    from technova.celery import app

    chunks = batch.chunks.count()
    # One that takes a connection and is silent: Celery would wait for it for ever.
    silent = {"socket_timeout": SILENT} if _is_redis() else {}
    try:
        with app.connection_for_write(transport_options=silent) as connection:
            for _message in range(min(chunks, AT_MOST) or 1):
                go_on.apply_async([str(batch.pk)], retry=False, connection=connection)
    except (OperationalError, OSError) as error:
        logger.error("The broker takes no message: %s", type(error).__name__)
        raise BrokerUnavailable("The broker takes no message.") from None


def _is_redis() -> bool:
    return settings.CELERY_BROKER_URL.startswith("redis")


class _Here:
    """One thread of this process, which works through batches one after the other.

    It ends with the process, in the middle of a chunk if need be, which then is as it
    was: `manage.py run_batches` goes on with what is left.
    """

    def __init__(self) -> None:
        self._waiting: queue.Queue[UUID] = queue.Queue()
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
                self._waiting.task_done()

    def wait(self) -> None:
        """Until nothing is left to do."""
        self._waiting.join()


def finish(batch: Batch) -> None:
    """Work on a batch until nothing of it is left that nobody else is at."""
    while True:
        try:
            if work_on(batch) is None:
                return
            let_others_write()
        except LogUnavailable:
            connection.close()
            time.sleep(DATABASE_AWAY)


_here = _Here()
