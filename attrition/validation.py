"""Checks features against the table and gives back their normalised values.

The pydantic model is generated from the table. The table alone decides what may be
*stored*; the categories of a release decide, besides, what may be *scored*.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticCustomError

from attrition import features
from attrition.errors import InvalidFeatures, Problem
from attrition.field import Field, Kind, Text, Value

LONGEST_TEXT = 64  # characters of a category or an identifier
MOST_PROBLEMS = 100  # an answer lists no more: a body of 1 MiB could hold 100,000
PERCENTAGE = re.compile(r"\s*([+\-−]?)\s*(\d{1,4}(?:[.,]\d{1,9})?)\s*%?\s*")

Categories = Mapping[str, Sequence[str]]


def nearest(word: str, among: Iterable[str]) -> str | None:
    """The likeliest spelling of `word`, or None when nothing is near."""
    return _nearest(word[:LONGEST_TEXT].casefold(), tuple(among))


@lru_cache(1_000)  # a file may hold the same typo a million times
def _nearest(word: str, among: tuple[str, ...]) -> str | None:
    folded = {candidate.casefold(): candidate for candidate in among}
    matches = get_close_matches(word, folded, n=1)
    return folded[matches[0]] if matches else None


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


class Validator:
    """Validates payloads; built once a release, used for every request.

    `categories` are a release's allowed values by field; without them any short text
    passes as a category. `needed` are the fields of which one must be there.
    """

    def __init__(
        self,
        categories: Categories | None = None,
        needed: Iterable[str] | None = None,
    ) -> None:
        self._needed = frozenset(
            [f.name for f in features.SCORABLE] if needed is None else needed
        )
        definitions: dict[str, Any] = {
            field.name: (_annotation(field, categories) | None, None)
            for field in features.FIELDS
        }
        self._model: type[BaseModel] = create_model(
            "Features", __config__=ConfigDict(extra="forbid"), **definitions
        )

    def validate(self, payload: Mapping[str, Any]) -> dict[str, Value | None]:
        """Return every field of the table, normalised; None where none was sent.

        Raises InvalidFeatures with all that is wrong, at most `MOST_PROBLEMS`.
        """
        if not isinstance(payload, Mapping):  # SQL can store anything that is JSON
            raise InvalidFeatures([Problem("features", "nothing_to_score")])
        problems = []
        sent_as: dict[str, str] = {}
        for spelling, name in features.SPELLINGS.items():
            if spelling in payload:
                if name in payload:
                    other = {"other": name}
                    problems.append(Problem(spelling, "both_spellings", other))
                payload = {name: payload[spelling], **payload}
                del payload[spelling]
                sent_as[name] = spelling
        try:
            values = self._model.model_validate(payload).__dict__
        except ValidationError as error:
            problems += _problems(error, sent_as)
            raise InvalidFeatures(problems) from None
        if problems:
            raise InvalidFeatures(problems)
        if self._needed and all(values[name] is None for name in self._needed):
            raise InvalidFeatures([Problem("features", "nothing_to_score")])
        return values


def _problems(error: ValidationError, sent_as: Mapping[str, str]) -> list[Problem]:
    details = error.errors(include_url=False, include_input=False)
    problems = []
    for detail in details[:MOST_PROBLEMS]:
        name = str(detail["loc"][0])
        name = sent_as.get(name, name)
        if detail["type"] == "extra_forbidden":
            problems.append(unknown_field(name, features.BY_NAME))
        elif detail["type"] == "float_type":
            problems.append(Problem(name, "not_a_number"))
        else:
            problems.append(Problem(name, detail["type"], detail.get("ctx", {})))
    if len(details) > MOST_PROBLEMS:
        count = {"count": MOST_PROBLEMS}
        problems.append(Problem("features", "too_many_problems", count))
    return problems


def unknown_field(name: str, known: Iterable[str]) -> Problem:
    return unknown("field", name, known)


def unknown(what: str, name: str, known: Iterable[str]) -> Problem:
    """The refusal of a name that is not there, with the nearest one that is."""
    near = nearest(name, known)
    if near is None:
        return Problem(shortened(name), f"unknown_{what}")
    return Problem(shortened(name), f"unknown_{what}_near", {"nearest": near})


def _refuse(code: str, **params: Any) -> NoReturn:
    # pydantic only carries the code: the sentence comes from our table.
    raise PydanticCustomError(code, "refused", params)


def _annotation(field: Field, categories: Categories | None) -> Any:
    """The pydantic type of one row of the table."""
    if field.kind is Kind.CATEGORY:
        allowed = None if categories is None else categories.get(field.name)
        return Annotated[Any, BeforeValidator(partial(_category, allowed))]
    if field.kind is Kind.PERCENT:
        return Annotated[Any, BeforeValidator(partial(_percentage, field))]
    if field.kind is Kind.YES_NO:
        words = dict.fromkeys(field.zero, 0) | dict.fromkeys(field.one, 1)
        return Annotated[Any, BeforeValidator(partial(_yes_no, words))]
    if field.kind is Kind.IDENTIFIER:
        return Annotated[Any, BeforeValidator(_identifier)]
    if field.kind is Kind.CONSTANT:
        return Annotated[Any, BeforeValidator(_scalar)]
    if field.order:
        return Annotated[Any, BeforeValidator(partial(_level, field.order))]
    check = partial(_whole if field.whole else _in_range, field, *_ends(field))
    return Annotated[float, Strict(), AfterValidator(check)]


def _ends(field: Field) -> tuple[float, float]:
    return (
        -math.inf if field.low is None else field.low,
        math.inf if field.high is None else field.high,
    )


def _in_range(field: Field, low: float, high: float, value: float) -> float:
    # NaN fails too; an upper bound of infinity still keeps infinity out.
    if low <= value <= high and value != math.inf:
        return value
    if field.high is None:
        _refuse("below_minimum", low=field.low)
    unit = Text(
        *(f" {word}" if word else "" for word in (field.unit.fr, field.unit.en))
    )
    _refuse("out_of_range", low=field.low, high=field.high, unit=unit)


def _whole(field: Field, low: float, high: float, value: float) -> int:
    whole = int(_in_range(field, low, high, value))
    if whole != value:
        _refuse("not_whole")
    return whole


def _percentage(field: Field, value: Any) -> float | None:
    """Percent, whatever way it was written: "11 %", 11 and 0.11 are all 11.0."""
    if value is None:
        return None
    if isinstance(value, str):
        match = PERCENTAGE.fullmatch(value)
        if match is None:
            _refuse("not_a_percentage")
        sign, digits = match.groups()
        percent = float(digits.replace(",", ".")) * (1 if sign in ("", "+") else -1)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        _refuse("not_a_percentage")
    elif isinstance(value, int):
        percent = float(max(min(value, 10**9), -(10**9)))  # 10**400 has no float
    else:
        # round: 0.07 * 100 is 7.000000000000001, and a fraction means 7 %.
        percent = round(value * 100, 9) if -1 < value < 1 else value
    return _in_range(field, *_ends(field), percent)


def _yes_no(words: Mapping[str, int], value: Any) -> int | None:
    if value is None or value is True or value is False:
        return None if value is None else int(value)
    if isinstance(value, int | float) and value in (0, 1):
        return int(value)
    if isinstance(value, str):
        meaning = words.get(value.strip().casefold())
        if meaning is not None:
            return meaning
    _refuse("not_yes_no", allowed=", ".join(["0", "1", *words]))


def _is_short(text: str) -> bool:
    # PostgreSQL's jsonb holds no NUL.
    return len(text) <= LONGEST_TEXT and "\0" not in text


def _level(order: tuple[str, ...], value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in order):
        return value
    near = nearest(value, order) if isinstance(value, str) else None
    if near is None:
        _refuse("unknown_level", allowed=", ".join(order))
    _refuse("unknown_level_near", allowed=", ".join(order), nearest=near)


def _category(allowed: Sequence[str] | None, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _is_short(value) or not value.strip():
        _refuse("not_a_text", longest=LONGEST_TEXT)
    if allowed is None or value in allowed:
        return value
    near = nearest(value, allowed)
    if near is None:
        _refuse("unknown_category", value=value, allowed=", ".join(allowed))
    _refuse("unknown_category_near", value=value, nearest=near)


def _identifier(value: Any) -> int | str | None:
    if value is None:
        return None
    if isinstance(value, str) and value and _is_short(value):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int and abs(value) < 10**LONGEST_TEXT:
        return value
    _refuse("not_an_identifier", longest=LONGEST_TEXT)


def _scalar(value: Any) -> Value | None:
    if isinstance(value, str):
        if _is_short(value):
            return value
    elif isinstance(value, int):
        if abs(value) < 10**LONGEST_TEXT:
            return value
    elif value is None or (isinstance(value, float) and math.isfinite(value)):
        return value
    _refuse("not_a_scalar")


STORABLE = Validator()
"""Checks what may be stored of a person, whatever release serves."""

CHANGES = Validator(needed=())
"""Checks changes by themselves: they may be nothing but nulls."""
