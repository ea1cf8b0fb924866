"""Strict JSON: what the standard library lets pass by default is refused here."""

import json
import math
from typing import Any

from attrition.errors import AttritionError, Problem
from attrition.validation import shortened


class RefusedJSON(AttritionError):
    """A text that is no JSON, or holds what no database keeps."""

    def __init__(self, code: str, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.problem = Problem(field, code, params)


def parse(body: bytes) -> Any:
    """RFC 8259, UTF-8 only. Raises RefusedJSON, with where it goes wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedJSON("not_utf8_body") from None
    if not text.strip():
        raise RefusedJSON("empty_body")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_number,
            parse_float=_finite,
            parse_int=_kept_whole,
        )
        # Only an escape brings in what follows: a raw one is not UTF-8, or not JSON.
        storable = "\\u" not in text or _storable(document)
    except json.JSONDecodeError as error:
        raise RefusedJSON(
            "invalid_json", line=error.lineno, column=error.colno
        ) from None
    except RecursionError:
        raise RefusedJSON("too_deep") from None
    if not storable:
        raise RefusedJSON("not_storable_text")
    return document


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RefusedJSON("duplicate_key", shortened(key))
        found[key] = value
    return found


def _refuse_number(literal: str) -> Any:
    raise RefusedJSON("not_json_number", value=shortened(literal))


def _finite(literal: str) -> float:
    number = float(literal)
    return number if math.isfinite(number) else _refuse_number(literal)


def _kept_whole(literal: str) -> int:
    # Python reads no more than 4,300 digits, and a float holds no more than 308.
    return int(literal) if len(literal) <= 300 else _refuse_number(literal)


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(_storable(k) and _storable(v) for k, v in value.items())
    return all(map(_storable, value)) if isinstance(value, list) else True
