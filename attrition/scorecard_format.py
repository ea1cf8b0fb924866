"""Reads a scorecard back from its file, in this format or in that of release 1.0.0.

Whatever is read here can score, be explained and be drawn: each field stands in the
feature table, in its order, and each value is one that the field can have.
"""

from typing import Annotated, Any

from pydantic import Field as Bounds

from attrition.features import BY_NAME
from attrition.field import Field, Kind, Value
from attrition.json_files import LARGEST, Amount, Document, Ends, Malformed, fault, read
from attrition.json_files import Value as AnyValue
from attrition.scorecard import (
    FORMAT,
    ChoicePoints,
    FieldPoints,
    NumberPoints,
    Scorecard,
)


class _Part(Document, extra="forbid"):
    field: str


class _Number(_Part):
    low: Amount
    high: Amount
    weight: Amount
    usual: Amount
    null: Amount
    scale: Amount = 1.0
    offset: Amount = 0.0
    transform: str = "none"


class _Choice(_Part):
    table: Annotated[list[list[AnyValue]], Bounds(min_length=1)]
    usual: AnyValue
    null: AnyValue
    unseen: Amount
    clip: Ends | None = None


class _Scorecard(Document):
    format: int
    base: Amount
    fields: Annotated[list[dict[str, Any]], Bounds(min_length=1)]


def scorecard_from(document: Any) -> Scorecard:
    """The scorecard that `Scorecard.as_json` wrote. Raises Malformed."""
    found = read(_Scorecard, document)
    if found.format not in (1, FORMAT):
        raise Malformed(fault("format", "unknown_format"))
    fields = tuple(_points(f"fields.{i}", item) for i, item in enumerate(found.fields))
    names = [item.field for item in fields]
    if names != [name for name in BY_NAME if name in names]:
        raise Malformed(fault("fields", "not_ordered"))
    return Scorecard(found.base, fields)


def _points(path: str, item: dict[str, Any]) -> FieldPoints:
    if "table" in item:
        return _choice_points(path, read(_Choice, item, path))
    return _number_points(path, read(_Number, item, path))


def _number_points(path: str, found: _Number) -> NumberPoints:
    field = _field(path, found)
    if not _is_quantity(field):
        raise Malformed(fault(f"{path}.table", "missing"))
    for name in ("low", "high", "usual", "null"):
        number = getattr(found, name)
        if not (_is_possible(field, number) and found.low <= number <= found.high):
            raise Malformed(fault(f"{path}.{name}", "impossible"))
    try:
        return NumberPoints(**found.model_dump())
    except ValueError:
        raise Malformed(fault(f"{path}.transform", "impossible")) from None


def _choice_points(path: str, found: _Choice) -> ChoicePoints:
    field = _field(path, found)
    points = ChoicePoints(
        field=field.name,
        table=_table(path, field, found.table),
        usual=found.usual,
        null=found.null,
        unseen=found.unseen,
        clip=None if found.clip is None else _clip(path, field, found.clip),
    )
    if _is_quantity(field) and points.clip is None:
        raise Malformed(fault(f"{path}.clip", "missing"))
    for name, value in (("usual", found.usual), ("null", found.null)):
        if not _is_possible(field, value):
            raise Malformed(fault(f"{path}.{name}", "impossible"))
    if points.points(points.usual) != 0:
        raise Malformed(fault(f"{path}.usual", "not_zero"))
    return points


def _table(path: str, field: Field, pairs: list[list[AnyValue]]) -> dict[Value, float]:
    table: dict[Value, float] = {}
    for i, pair in enumerate(pairs):
        match pair:
            case [value, float() | int() as points] if (
                _is_possible(field, value) and value not in table
            ):
                table[value] = float(points)
            case _:
                raise Malformed(fault(f"{path}.table.{i}", "impossible"))
    return table


def _clip(path: str, field: Field, ends: list[float]) -> tuple[float, float]:
    low, high = ends
    holds_text = field.kind is Kind.CATEGORY or bool(field.order)
    if holds_text or not low <= high or not all(_is_possible(field, e) for e in ends):
        raise Malformed(fault(f"{path}.clip", "impossible"))
    return low, high


def _field(path: str, found: _Part) -> Field:
    field = BY_NAME.get(found.field)
    if field is None or not field.is_scorable:
        raise Malformed(fault(f"{path}.field", "impossible"))
    return field


def _is_quantity(field: Field) -> bool:
    return field.kind in (Kind.NUMBER, Kind.PERCENT)


def _is_possible(field: Field, value: Value) -> bool:
    """Whether the feature table lets the field have such a value."""
    if field.kind is Kind.CATEGORY:
        return isinstance(value, str)
    if not _is_quantity(field):
        return value in field.choices
    low = -LARGEST if field.low is None else field.low
    high = LARGEST if field.high is None else field.high
    return not isinstance(value, str) and low <= value <= high
