"""What several commands take: kinds of arguments, and who runs them."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from getpass import getuser

from django.utils import timezone

MOST_PROCESSES = 64


def moment(text: str) -> datetime:
    """An ISO 8601 date or time; in TIME_ZONE where it names no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no date or time: write 2026-01-31 or 2026-01-31T12:00"
        ) from None
    return found if found.tzinfo else timezone.make_aware(found)


def row_number(text: str) -> int:
    """What a row's id can be."""
    if not text.isdecimal() or not 1 <= int(text) < 2**63:
        raise ArgumentTypeError(f"{text!r} is no number of a row")
    return int(text)


def seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 86_400:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 to 86400")
    return int(text)


def add_processes(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--processes",
        type=_count,
        metavar="N",
        help="that share a large log; if unsaid one for each processor, at most 8",
    )


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_PROCESSES}")
    return int(text)


def operator() -> str:
    """The name of whoever runs the command; a container's user may have none."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
