"""Spreads work on the log over processes, in order and in memory that does not grow.

A function goes through items and each result comes back beside its item: in this
process (`here`), or in several that have their own connections to the same database
(`over_processes`). No model is imported here: a new process comes by before Django is
set up.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol, TypeVar

import django
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from attrition.errors import AttritionError

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_IT = 50_000  # rows; with fewer, a process ends before another has begun
MOST = 8
AHEAD = 2  # items a process that wait, so that none waits for the next


class ProcessLost(AttritionError):
    """A process was killed; nothing is known about the rest of the items."""


class Spread(Protocol):
    """Calls the function, which other processes can import, with each of the items."""

    def __call__(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]: ...


def here(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> Iterator[tuple[Item, Result]]:
    """In this process."""
    for item in items:
        yield item, function(item)


def suitable(rows: int) -> int:
    """How many processes suit so many rows."""
    return min(os.cpu_count() or 1, MOST) if rows >= WORTH_IT else 1


@contextmanager
def over_processes(count: int) -> Iterator[Spread]:
    """Over so many; `here` for one, and where no other process sees our database.

    Raises ProcessLost, and whatever the function raises.
    """
    if count == 1 or not _others_see_the_same():
        yield here
        return
    executor = ProcessPoolExecutor(
        count,
        # A fork would share this process's connection.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(connection.settings_dict["NAME"], translation.get_language()),
    )

    def spread(
        function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result]]:
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        for item in items:
            with _interrupts_later():
                waiting.append((item, executor.submit(function, item)))
            if len(waiting) > count * AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()

    try:
        yield spread
    except BrokenProcessPool:
        text = _("A process ended before its work was done: is there enough memory?")
        raise ProcessLost(text) from None
    finally:
        executor.shutdown(cancel_futures=True)


def _others_see_the_same() -> bool:
    """Not what is in a transaction that is not committed, nor a database in memory."""
    # Only SQLite's connection has the method, which the stubs can't tell.
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]
        return False
    return not connection.in_atomic_block


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """A process that begins in here never sees Ctrl-C; this one sees it afterwards.

    Ending the others is this one's work, and half of one can't be ended.
    """
    came: list[int] = []
    # Blocked here, it can still reach another thread, and Python raises in this one.
    handler = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if came:
        signal.raise_signal(signal.SIGINT)


def _begin(database: str, language: str | None) -> None:
    """In a new process, before its first item."""
    django.setup()
    connection.settings_dict["NAME"] = database
    if language is not None:
        translation.activate(language)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """One that was killed would leave us waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
