"""What a message of Celery's does; test_celery.py has real workers and brokers."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from predictions import tasks
from predictions.models import BatchState
from predictions.services import LogUnavailable
from predictions.tasks import go_on, go_on_with_what_is_left
from tests.predictions.batches import employees, make_batch

pytestmark = pytest.mark.django_db


class Again(Exception):
    """The message is sent once more, as `options` say."""

    def __init__(self, **options: object) -> None:
        self.options = options


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """The batches that a message was left for."""
    found = []
    monkeypatch.setattr(go_on, "retry", Again)
    monkeypatch.setattr(
        go_on, "apply_async", lambda args, *more, **options: found.extend(args)
    )
    return found


def test_a_message_is_one_chunk_and_leaves_the_next(sent):
    batch = make_batch(employees(2), chunks=0)

    go_on(str(batch.pk))
    assert sent == [str(batch.pk)]
    go_on(str(batch.pk))

    batch.refresh_from_db()
    assert batch.state == BatchState.DONE
    assert sent == [str(batch.pk)]


def test_a_batch_that_is_not_committed_yet_is_looked_for_again(sent):
    with pytest.raises(Again) as again:
        go_on(str(uuid4()))

    assert again.value.options == {"countdown": 1, "max_retries": 30}
    assert sent == []


def test_a_database_that_is_away_is_waited_for_without_end(sent, monkeypatch):
    def away(batch: object) -> None:
        raise LogUnavailable("The log can't be written.")

    batch = make_batch(employees(1), chunks=0)
    monkeypatch.setattr(tasks, "work_on", away)
    closed = []
    gone = SimpleNamespace(close=lambda: closed.append(True))
    monkeypatch.setattr(tasks, "connection", gone)

    with pytest.raises(Again) as again:
        go_on(str(batch.pk))

    assert again.value.options == {"countdown": 5, "max_retries": None}
    assert closed


def test_a_worker_that_starts_has_a_message_for_each_open_batch(sent):
    ids = employees(1)
    make_batch(ids)
    left = make_batch(ids, chunks=0)

    go_on_with_what_is_left()

    assert sent == [str(left.pk)]
