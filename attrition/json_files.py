"""Reads a JSON file that somebody may have edited: what is odd in it is named.

Numbers stay finite when they are multiplied, texts can be written out again.
"""

import json
from typing import Annotated, Any, NoReturn, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

LONGEST_NUMBER = 17  # digits; what a float holds
LARGEST = 1e15

Amount = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Share = Annotated[float, Field(ge=0, le=1)]
Difference = Annotated[float, Field(ge=-1, le=1)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Interval = Annotated[list[Share], Field(min_length=2, max_length=2)]
Ends = Annotated[list[Amount], Field(min_length=2, max_length=2)]


def _value(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, str) or (is_number and abs(value) <= LARGEST):
        return value
    raise PydanticCustomError("value_type", "neither a number nor a text")


# Not a union: pydantic would name its branches among the headings.
Value = Annotated[Any, AfterValidator(_value)]

FAULTS: dict[str, str | Promise] = {
    "missing": _("is missing"),
    "float_type": _("is no number"),
    "int_type": _("is no whole number"),
    "int_from_float": _("is no whole number"),
    "string_type": _("is no text"),
    "text_type": _("is no text, nor one in both languages"),
    "day_type": _("is no day such as 2026-01-31"),
    "group_type": _("is no group of people"),
    "pair_type": _("is no value with its share"),
    "half_told": _("needs transform, seed and recipe, or none of them"),
    "not_rising": _("has rows whose thresholds do not rise"),
    "not_alike": _("has rows that do not hold the same"),
    "not_ordered": _("do not follow the feature table, each once"),
    "impossible": _("is nothing that this field can be"),
    "not_zero": _("has points, and a usual value has none"),
    "value_type": _("is neither a number nor a text"),
    "bool_type": _("is neither true nor false"),
    "list_type": _("is no list"),
    "dict_type": _("is no object"),
    "model_type": _("is no object"),
    "extra_forbidden": _("is nothing that this version knows"),
    "too_short": _("has too few entries"),
    "too_long": _("has too many entries"),
    "unknown_format": _("is nothing that this version knows"),
    "greater_than": _("is too low"),
    "greater_than_equal": _("is too low"),
    "less_than_equal": _("is too high"),
}


class Malformed(ValueError):
    """A document that can't be used; the text names the heading and what is wrong."""


class Document(BaseModel):
    """Strict: "0.5" is no number, and true is no 1."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)


Read = TypeVar("Read", bound=BaseModel)


def parsed(contents: bytes) -> Any:
    """What the bytes hold. Raises Malformed for what is no JSON or no number or text.

    Python's JSON takes more than JSON: NaN, infinity, 1e999, halves of characters, and
    whole numbers that no float holds.
    """
    try:
        document = json.loads(
            contents.decode(),
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_short,
        )
        if b"\\u" in contents:  # how half a character gets in
            json.dumps(document, ensure_ascii=False).encode()
    except Malformed:
        raise
    except RecursionError:
        raise Malformed(_("is nested too deep")) from None
    except ValueError:
        raise Malformed(_("is not JSON")) from None
    return document


def _no_number(text: str) -> NoReturn:
    shown = text if len(text) <= LONGEST_NUMBER else text[:LONGEST_NUMBER] + "…"
    raise Malformed(_("holds %(number)s, which is no number here") % {"number": shown})


def _finite(text: str) -> float:
    number = float(text)
    return number if abs(number) < float("inf") else _no_number(text)


def _short(text: str) -> int:
    return int(text) if len(text) <= LONGEST_NUMBER else _no_number(text)


def read(model: type[Read], document: Any, path: str = "") -> Read:
    """The document as `model` has it. Raises Malformed for the first fault.

    `path` is where in its file it stands.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, ([path] if path else []) + list(first["loc"])))
    raise Malformed(fault(where, first["type"]))


def fault(where: str, kind: str) -> str:
    """What is wrong in words; `where` reads threshold.table.3.flagged."""
    what = FAULTS.get(kind, _("can't be used"))
    return f"{where} {what}".strip()
