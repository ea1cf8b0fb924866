"""The model as a sum of points: one function a field, and a base.

Points are relative to the field's usual value in training, which itself gets exactly 0,
so that ``logit = base + Σ points`` and each point reads "compared with usual".
Scoring needs neither scikit-learn nor numpy. `attrition.compiling` makes a scorecard
from a fitted pipeline (its steps are listed there), `attrition.scorecard_format` reads
one back from its file, `attrition.bulk` scores many people with one.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from attrition.field import Value

FORMAT = 2
TOLERANCE = 1e-12  # between two ways to one probability
Values = Mapping[str, Value | None]

TRANSFORMS: dict[str, Callable[[float], float]] = {"none": float, "sqrt": math.sqrt}


@dataclass(frozen=True, slots=True)
class NumberPoints:
    """``weight * (t(value) - t(usual))``, t(x) = transform(clip(x) * scale + offset).

    The clip is to what training has seen, from `low` to `high`. A null counts as
    `null`. Raises ValueError where the transform is unknown or not defined at an end.
    """

    field: str
    low: float
    high: float
    weight: float
    usual: float
    null: float
    # A format 1 scorecard names none of these.
    scale: float = 1.0
    offset: float = 0.0
    transform: str = "none"
    at_usual: float = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.transform not in TRANSFORMS:
            raise ValueError(f"{self.field}: no transform {self.transform!r}")
        ends = [end * self.scale + self.offset for end in (self.low, self.high)]
        if self.transform == "sqrt" and min(ends) < 0:
            raise ValueError(f"{self.field}: the square root of a negative number")
        object.__setattr__(self, "at_usual", self._transformed(self.usual))

    def _transformed(self, number: float) -> float:
        clipped = min(max(number, self.low), self.high)
        # As MinMaxScaler has it: another order of the same sum rounds differently,
        # and a square root near 0 would show it.
        return TRANSFORMS[self.transform](clipped * self.scale + self.offset)

    def points(self, value: Value | None) -> float:
        number = self.null if value is None else float(value)
        return self.weight * (self._transformed(number) - self.at_usual)

    def is_beyond(self, value: Value) -> bool:
        """Whether it counts as the nearest that training has seen."""
        return not self.low <= float(value) <= self.high

    def is_rare(self, value: Value) -> bool:
        """Whether it has no points of its own: every number has."""
        return False

    def as_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "low": self.low,
            "high": self.high,
            "scale": self.scale,
            "offset": self.offset,
            "transform": self.transform,
            "weight": self.weight,
            "usual": self.usual,
            "null": self.null,
        }


@dataclass(frozen=True, slots=True)
class ChoicePoints:
    """A point a value; `unseen` for one that too few people had, `null` names one.

    Where `clip` says what training has seen of a count or a mark, a value beyond it
    counts as the nearest end.
    """

    field: str
    table: Mapping[Value, float]
    usual: Value
    null: Value
    unseen: float
    clip: tuple[float, float] | None = None

    def points(self, value: Value | None) -> float:
        value = self.null if value is None else self._clipped(value)
        return self.table.get(value, self.unseen)

    def _clipped(self, value: Value) -> Value:
        if self.clip is None:
            return value
        return min(max(float(value), self.clip[0]), self.clip[1])

    def is_beyond(self, value: Value) -> bool:
        return self.clip is not None and self._clipped(value) != value

    def is_rare(self, value: Value) -> bool:
        """As for a number; one beyond is no rare value, whatever the nearest is."""
        return value not in self.table and not self.is_beyond(value)

    def as_json(self) -> dict[str, Any]:
        # Pairs, not an object: JSON's keys are strings, and 3 must stay a number.
        return {
            "field": self.field,
            "table": [list(pair) for pair in self.table.items()],
            "clip": self.clip and list(self.clip),
            "usual": self.usual,
            "null": self.null,
            "unseen": self.unseen,
        }


FieldPoints: TypeAlias = NumberPoints | ChoicePoints


class Contribution(NamedTuple):
    """What one field adds to the logit, compared with its usual value."""

    field: str
    value: Value | None
    usual: Value
    points: float


class Scorecard:
    """A base and one function a field, in the feature table's order."""

    def __init__(self, base: float, fields: tuple[FieldPoints, ...]) -> None:
        self.base = base
        self.fields = fields
        self.names = tuple(item.field for item in fields)

    def logit(self, values: Values) -> float:
        """The decision function: base + Σ points, added in the table's order."""
        total = self.base
        for item in self.fields:
            total += item.points(values.get(item.field))
        return total

    def probability(self, values: Values) -> float:
        """The probability of leaving, in [0, 1], unrounded."""
        return probability_of(self.logit(values))

    def explain(self, values: Values) -> list[Contribution]:
        """Every field's contribution, largest in size first; ties in table order."""
        found = [
            Contribution(
                item.field,
                values.get(item.field),
                item.usual,
                item.points(values.get(item.field)),
            )
            for item in self.fields
        ]
        return sorted(found, key=lambda c: -abs(c.points))

    def beyond(self, values: Values) -> list[str]:
        """The fields whose value counts as the nearest that training has seen."""
        return [
            item.field for item, value in self._given(values) if item.is_beyond(value)
        ]

    def rare(self, values: Values) -> list[str]:
        """The fields whose value too few people had: it has no points of its own."""
        return [
            item.field for item, value in self._given(values) if item.is_rare(value)
        ]

    def _given(self, values: Values) -> Iterator[tuple[FieldPoints, Value]]:
        for item in self.fields:
            value = values.get(item.field)
            if value is not None:
                yield item, value

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "base": self.base,
            "fields": [item.as_json() for item in self.fields],
        }


def probability_of(logit: float) -> float:
    """The logistic function, without overflow for any finite logit."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1.0 + odds)
