"""Where the marks of a chart go; `templates/charts` draws them, without any script.

A chart says in `description` what it shows, for who can't see it, and tells its marks
apart by shape and place, never by colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 360  # of every chart: they stand side by side
LEFT, RIGHT, TOP, BOTTOM = 46, 30, 28, 42  # around the plot, for its words


@dataclass(frozen=True)
class Axis:
    """One side of a plot: the values at its ends, and how a value reads there."""

    label: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]

    def share(self, value: float) -> float:
        return (value - self.low) / ((self.high - self.low) or 1)


@dataclass(frozen=True)
class Mark:
    """A dot with, maybe, the interval around it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


class Plot:
    """A line and dots between two axes, in the coordinates of the picture."""

    width = WIDTH
    left, right, top = LEFT, WIDTH - RIGHT, TOP

    def __init__(
        self,
        name: str,
        title: str,
        description: str,
        x: Axis,
        y: Axis,
        *,
        line: Iterable[tuple[float, float]] = (),
        marks: Iterable[Mark] = (),
        guide: Sequence[tuple[float, float]] = (),
        height: int = 270,
    ) -> None:
        self.name, self.title, self.description = name, title, description
        self.height, self.bottom = height, height - BOTTOM
        self.x, self.y = x, y
        self.line = self._path(line)
        self.guide = self._path(guide)
        self.marks = [
            Mark(
                self._x(mark.x),
                self._y(mark.y),
                None if mark.low is None else self._y(mark.low),
                None if mark.high is None else self._y(mark.high),
            )
            for mark in marks
        ]
        self.x_ticks = [(self._x(value), text) for value, text in x.ticks]
        self.y_ticks = [(self._y(value), text) for value, text in y.ticks]

    def _x(self, value: float) -> float:
        return round(self.left + self.x.share(value) * (self.right - self.left), 1)

    def _y(self, value: float) -> float:
        return round(self.bottom - self.y.share(value) * (self.bottom - self.top), 1)

    def _path(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self._x(x)},{self._y(y)}" for x, y in points)


@dataclass(frozen=True)
class Bar:
    """A bar that leaves a middle line: to the right where it raises, else to the left.

    What lowers is hatched, so that a print without colour shows it too.
    """

    x: float
    width: float
    raises: bool

    @classmethod
    def of(cls, size: float, largest: float, middle: float, half: float) -> "Bar":
        """`size` with its sign; the largest size is `half` long."""
        width = round(abs(size) / (largest or 1) * half, 1)
        return cls(middle if size > 0 else middle - width, width, size > 0)


class Bars:
    """Labelled bars on one middle line, each with its size in words."""

    width = WIDTH
    middle = 240
    half = 72  # of the longest bar
    row = 20

    def __init__(
        self,
        name: str,
        title: str,
        description: str,
        rows: Sequence[tuple[str, float, str]],
        largest: float,
    ) -> None:
        """`rows` are label, size with its sign, and how the size reads."""
        self.name, self.title, self.description = name, title, description
        self.rows = [
            (label, text, i * self.row + 4, self._bar(size, largest))
            for i, (label, size, text) in enumerate(rows)
        ]
        self.height = self.row * len(rows) + 8

    def _bar(self, size: float, largest: float) -> Bar:
        return Bar.of(size, largest, self.middle, self.half)
