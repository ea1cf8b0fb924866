"""What may stand in a cell: no formula, and numbers as the reader's spreadsheet has
them."""

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# A spreadsheet takes a text that begins with one of these for a formula, in the wide
# letters of East Asia too.
FORMULA = tuple("=+-@＝＋－＠\t\r\n")
# What some of them drop before they look.
DROPPED = " \u00a0\u2007\u202f\u3000\u200b\u2060\ufeff\0"
NUMBER = re.compile(r"-?\d+([.,]\d+)?[ \u00a0\u202f]?%?", re.ASCII)


def harmless(text: str) -> str:
    """The text as no spreadsheet runs it; a negative number, "-11 %" too, is none."""
    runs = text.lstrip(DROPPED).startswith(FORMULA) and not NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    separator: str
    decimal: str
    begins: str = ""

    def cell(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.isoformat()
        if not is_number(value):
            return harmless(as_text(value))
        if isinstance(value, float) and self.decimal != ".":
            return repr(value).replace(".", self.decimal)
        return value


SEMICOLON = Dialect(";", ",", "\ufeff")
"""As a French spreadsheet opens it: it takes UTF-8 by the byte-order mark."""
COMMA = Dialect(",", ".")
DIALECTS = {"semicolon": SEMICOLON, "comma": COMMA}


def is_number(value: Any) -> bool:
    """Not `True`, and nothing that SQL alone can have written."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def as_text(value: Any) -> str:
    """Words as they are; what is no word as JSON, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    return storable(value)


def storable(text: str) -> str:
    """Half a character, which SQL alone can have written, as its number."""
    return text.encode("utf-8", "backslashreplace").decode()
