"""A command that works again and again until it is told to end."""

import logging
import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, OutputWrapper
from django.db import close_old_connections

from predictions.management.arguments import seconds

logger = logging.getLogger(__name__)


def add_every(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--every", type=seconds, metavar="SECONDS", help="go on until stopped"
    )
    parser.add_argument(
        "--parent",
        type=int,
        metavar="PID",
        help="with --every: end when the process that started this one is gone",
    )


class Lines:
    """A stream whose lines are the log's."""

    def __init__(self, level: int) -> None:
        self._level = level

    def write(self, text: str) -> None:
        logger.log(self._level, "%s", text.rstrip("\n"))


def speak_to_the_log(command: BaseCommand) -> None:
    """What goes on for months says when; beside gunicorn its lines look like others."""
    command.stdout = OutputWrapper(Lines(logging.INFO))
    command.stderr = OutputWrapper(Lines(logging.ERROR))


def repeat(work: Callable[[], object], every: int, parent: int | None) -> None:
    """Until a signal, or until the process `parent` is gone; work that has begun is
    finished first."""
    stopped = False

    def stop(*signal_and_frame: Any) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while True:
        close_old_connections()
        work()
        for _second in range(every):
            if stopped or parent not in (None, os.getppid()):
                return
            time.sleep(1)
