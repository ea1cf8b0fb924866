"""Where the marks of a chart go; `templates/charts` draws them, without any script.

A chart says in `description` what it shows, for who can't see it, and tells its marks
apart by shape and place, never by colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 360  # of every chart: they stand side by side
LEFT, RIGHT, TOP, BOTTOM = 46, 30, 28, 42  # around the plot, for its words
ROW_OF_NAMES, LETTER = 13, 6  # about as high and as wide as what is written
MOST_NAMES = 6  # above one another


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


@dataclass(frozen=True)
class Change:
    """An upright line that is named above the plot, beside it."""

    x: float
    text: str
    y: float
    anchor: str


Line = Iterable[tuple[float, float]]


class Plot:
    """Lines, dots and columns between two axes, in the coordinates of the picture.

    `lines` are parts of one that is broken, `changes` what is named where it breaks.
    """

    width = WIDTH
    left, right = LEFT, WIDTH - RIGHT
    template = "charts/plot.svg"

    def __init__(
        self,
        name: str,
        title: str,
        description: str,
        x: Axis,
        y: Axis,
        *,
        line: Line = (),
        lines: Iterable[Line] = (),
        marks: Iterable[Mark] = (),
        radius: float = 4,
        guide: Line = (),
        guides: Iterable[Line] = (),
        changes: Iterable[tuple[float, str]] = (),
        columns: Iterable[tuple[float, float, float]] = (),
        height: int = 270,
    ) -> None:
        """`columns` are from, to and height; `changes` where and the name."""
        self.name, self.title, self.description = name, title, description
        self.x, self.y, self.radius = x, y, radius
        self.changes, rows = self._named(changes)
        self.top = TOP + rows * ROW_OF_NAMES
        self.height = height + rows * ROW_OF_NAMES
        self.bottom = self.height - BOTTOM
        self.line = self._path(line)
        self.lines = [self._path(part) for part in lines]
        self.guide = self._path(guide)
        self.guides = [self._path(part) for part in guides]
        self.columns = [self._column(*column) for column in columns]
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

    def _path(self, points: Line) -> str:
        return " ".join(f"{self._x(x)},{self._y(y)}" for x, y in points)

    def _column(self, low: float, high: float, height: float) -> dict[str, float]:
        x, y = self._x(low), self._y(height)
        width = round(self._x(high) - x, 1)
        return {"x": x, "y": y, "width": width, "height": round(self.bottom - y, 1)}

    def _named(self, changes: Iterable[tuple[float, str]]) -> tuple[list[Change], int]:
        """The changes from left to right, in as many rows as their names need."""
        found: list[Change] = []
        ends: list[float] = []  # of the last name in each row
        for value, text in sorted(changes):
            x, width = self._x(value), len(text) * LETTER
            is_last = x + width > self.width
            start = x - width if is_last else x
            row = next((i for i, end in enumerate(ends) if end < start), len(ends))
            if row == MOST_NAMES:  # the description has them all
                found.append(Change(x, "", TOP, "start"))
                continue
            ends[row : row + 1] = [start + width + LETTER]
            anchor = "end" if is_last else "start"
            found.append(Change(x, text, TOP + row * ROW_OF_NAMES, anchor))
        return found, len(ends)


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
    template = "charts/bars.svg"
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
