"""What a model card must look like to be read: by serving, by its page, by training.

A heading that serving does without may be absent; one that is there is well-formed.
Format 1 is release 1.0.0's: it has fewer headings, and its texts in English alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from attrition.features import BY_NAME
from attrition.field import Kind
from attrition.json_files import (
    Amount,
    Count,
    Difference,
    Document,
    Ends,
    Interval,
    Share,
    Value,
)

FORMAT = 2
LANGUAGES = ("fr", "en")

ON_THE_PAGE = (
    "data.employees",
    "data.left",
    "data.sha256",
    "model.C",
    "metrics.average_precision",
    "metrics.roc_auc",
    "metrics.brier",
    "calibration",
    "threshold.table",
    "threshold.rule",
    "excluded_grounds",
)
"""What a card's page can't do without, in either format."""

REQUIRED = (
    "purpose",
    "oversight",
    "limits",
    "horizon",
    "data",
    "model",
    "metrics",
    "measured",
    "calibration",
    "threshold",
    "fairness_measured",
    "fairness",
    "care",
    "excluded_grounds",
    "reference",
    "categories",
    "ranges",
    "usual",
    "libraries",
)
"""The headings that must hold something, or no release is written."""

MAY_BE_EMPTY = {
    "categories": {Kind.CATEGORY},
    "ranges": {Kind.NUMBER, Kind.PERCENT},
}
"""Where no field of these kinds is scored."""


def _text(value: Any) -> Any:
    is_both = isinstance(value, Mapping) and all(
        isinstance(value.get(language), str) for language in LANGUAGES
    )
    if isinstance(value, str) or is_both:
        return value
    raise PydanticCustomError("text_type", "neither a text nor one in both languages")


def _group(value: Any) -> Any:
    """Nobody's answer, a value, or from … to, of which one may be open."""
    match value:
        case None | str() | int() | float() if not isinstance(value, bool):
            return value
        case [int() | None as low, int() | None as high] if low is not high:
            return value
    raise PydanticCustomError("group_type", "no group")


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day_type", "no day") from None
    return value


def _known_format(value: int) -> int:
    if value in (1, FORMAT):
        return value
    raise PydanticCustomError("unknown_format", "another format")


Text = Annotated[Any, AfterValidator(_text)]
Group = Annotated[Any, AfterValidator(_group)]


class Spread(Document):
    mean: Difference
    std: Share


class Losses(Document):
    average_precision: Spread
    roc_auc: Spread
    brier: Spread


class Data(Document):
    fictional: bool
    employees: Count = 0
    left: Count = 0
    sha256: str = ""
    origin: str = ""


class Model(Document):
    C: Annotated[Amount, Field(gt=0)] = 1
    columns: list[str] = []
    clipped: dict[str, Ends] = {}
    transform: str = ""
    seed: Count = 0
    recipe: Count = 0

    @model_validator(mode="after")
    def _says_how_it_was_trained(self) -> "Model":
        told = self.model_fields_set & {"transform", "seed", "recipe"}
        if told and len(told) < 3:
            raise PydanticCustomError("half_told", "transform, seed and recipe or none")
        return self


class Bin(Document):
    mean_probability: Share
    left: Share
    left_interval: Interval


class Calibration(Document):
    base_rate: Share
    mean_probability: Share
    slope: Amount
    bins: Annotated[list[Bin], Field(min_length=1)] = []


class Shares(Document):
    flagged: Share | None
    precision: Share | None
    recall: Share | None
    false_alarms: Share | None = None
    flagged_interval: Interval | None = None
    precision_interval: Interval | None = None
    recall_interval: Interval | None = None
    false_alarms_interval: Interval | None = None


class Row(Shares):
    threshold: Share
    flagged: Share
    recall: Share
    false_alarms: Share = 0


class Threshold(Document):
    value: Share
    rule: Text = ""
    of_ten_flagged_left: Annotated[Count, Field(le=10)] | None = None
    table: list[Row] | None = None

    @model_validator(mode="after")
    def _rows_rise_and_are_alike(self) -> "Threshold":
        rows = self.table or []
        thresholds = [row.threshold for row in rows]
        if thresholds != sorted(set(thresholds)):
            raise PydanticCustomError("not_rising", "the thresholds do not rise")
        if len({frozenset(row.model_fields_set) for row in rows}) > 1:
            raise PydanticCustomError("not_alike", "the rows hold different things")
        return self


class FairGroup(Shares):
    group: Group
    count: Count
    left: Share | None
    mean_probability: Share
    false_alarms: Share | None


class Care(Document):
    field: str
    care: Text
    used: bool
    cost_of_leaving_out: Losses | None
    is_told_from_nothing: bool = True
    is_standard_reason: bool
    reason: Text


class Allowed(Document):
    ground: Text
    because: str


def _value_and_share(pair: Any) -> Any:
    match pair:
        case [str() | int() | float(), int() | float() as share] if 0 <= share <= 1:
            return pair
    raise PydanticCustomError("pair_type", "no value and its share")


class Distribution(Document):
    null: Share
    deciles: Annotated[list[Amount], Field(min_length=9, max_length=9)] = [0] * 9
    shares: list[Annotated[Any, AfterValidator(_value_and_share)]] = []
    other: Difference = 0


class Card(Document):
    format: Annotated[int, AfterValidator(_known_format)] = 1
    data: Data
    threshold: Threshold
    categories: dict[str, Annotated[list[str], Field(min_length=1)]]
    files: dict[str, str]
    trained_on: Annotated[str, AfterValidator(_day)] = "2000-01-01"
    purpose: Text = ""
    oversight: Text = ""
    horizon: Text = ""
    measured: Text = ""
    fairness_measured: Text = ""
    limits: list[Text] = []
    model: Model = Model()
    metrics: dict[str, Spread] = {}
    calibration: Calibration = Calibration(base_rate=0, mean_probability=0, slope=1)
    fairness: dict[str, list[FairGroup]] = {}
    care: list[Care] = []
    excluded_grounds: dict[str, Text] = {}
    allowed_grounds: dict[str, Allowed] = {}
    cost_of_leaving_out_all_care: Losses | None = None
    cost_of_using_excluded_grounds: Losses | None = None
    ranges: dict[str, Ends] = {}
    usual: dict[str, Value] = {}
    reference: dict[str, Distribution] = {}
    libraries: dict[str, str] = {}


def unsaid(card: Mapping[str, Any], headings: Iterable[str]) -> list[str]:
    """Those of the headings, each a path with dots, under which there is nothing."""
    return [path for path in headings if _holds_nothing(_at(card, path))]


def silent(card: Mapping[str, Any]) -> list[str]:
    """The required headings that are absent or empty, and the texts that are."""
    found: list[str] = []
    for name in REQUIRED:
        value = card.get(name)
        if not _holds_nothing(value):
            found += _blank_texts(name, value)
        elif value != {} or name not in MAY_BE_EMPTY or _must_hold(name, card):
            found.append(name)
    return found


def _must_hold(name: str, card: Mapping[str, Any]) -> bool:
    """Whether the model scores a field that must stand under the heading."""
    choices = _at(card, "model.clipped") or {}
    kinds = {
        BY_NAME[f].kind
        for f in card.get("usual") or ()
        if f in BY_NAME and f not in choices
    }
    return bool(kinds & MAY_BE_EMPTY[name])


def _at(card: Any, path: str) -> Any:
    for part in path.split("."):
        card = card.get(part) if isinstance(card, Mapping) else None
    return card


def _holds_nothing(value: Any) -> bool:
    """Whether there is no text, number or yes/no in it, however deep."""
    if isinstance(value, Mapping):
        return all(map(_holds_nothing, value.values()))
    if isinstance(value, list):
        return all(map(_holds_nothing, value))
    return value is None or (isinstance(value, str) and not value.strip())


def _blank_texts(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, str) and not value.strip():
        yield path
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _blank_texts(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _blank_texts(f"{path}.{i}", inner)
