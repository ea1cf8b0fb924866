"""Charts over time: where a line breaks, and how days read below it."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from django.utils.formats import date_format

from attrition.field import number_in_words
from attrition.typography import percent_sign
from predictions.charts import Axis

Item = TypeVar("Item")


def parts(
    steps: Iterable[Sequence[Item]], key: Callable[[Item], Hashable]
) -> Iterator[list[Item]]:
    """The line of each key, broken wherever a step lacks it; by when they begin.

    A step is what stands at one time: one item of each key.
    """
    running: dict[Hashable, list[Item]] = {}
    found: list[list[Item]] = []
    for step in steps:
        following: dict[Hashable, list[Item]] = {}
        for item in step:
            part = running.get(key(item))
            if part is None:
                part = []
                found.append(part)
            part.append(item)
            following[key(item)] = part
        running = following
    yield from found


def share_in_full(share: float) -> str:
    """A threshold as a percentage, with the decimals that it has."""
    return percent_sign(number_in_words(round(share * 100, 6)))


def day_in_words(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def days(first: date, last: date) -> Axis:
    """From one day to another; its values are `date.toordinal`."""
    low, high = first.toordinal(), max(last, first).toordinal()
    values = sorted({low, (low + high) // 2, high})
    if high - low < 2:
        low, high = low - 1, high + 1  # a lone day stands in the middle
    ticks = [(value, day_in_words(date.fromordinal(value))) for value in values]
    return Axis("", low, high, ticks)
