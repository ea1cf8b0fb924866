"""How words and numbers meet signs, in French and in English.

French wants a space before : ; ? ! % » and after «, and no line may break there. Ours
is always U+00A0, which Django writes into French numbers too ("1 148"): one kind of
no-break space, so that one rule can be checked. Source stays readable with plain
spaces; `french` puts the others in.
"""

import re

from django.utils.formats import number_format
from django.utils.translation import get_language

NO_BREAK = "\u00a0"
# A % that begins a placeholder of gettext is no sign.
BEFORE_SIGN = re.compile(r" (?=[:;?!»±]|%(?![(sr]))")
AFTER_SIGN = re.compile(r"(?<=[«±]) |(?<=art\.) (?=[0-9L])|(?<=\bL\.) (?=\d)|(?<=n°) ")
BEFORE_UNIT = re.compile(r"(?<=\d) (?=€|km\b|ans?\b)")


def reads_english() -> bool:
    return (get_language() or "fr").startswith("en")


def french(text: str) -> str:
    """A French text whose signs and units stay with what they belong to."""
    for spaces in (BEFORE_SIGN, AFTER_SIGN, BEFORE_UNIT):
        text = spaces.sub(NO_BREAK, text)
    return text


def titled(title: object, text: object) -> str:
    """A title, a colon and a text, as the reader's language puts the colon."""
    return f"{title}: {text}" if reads_english() else f"{title}{NO_BREAK}: {text}"


def rounded(number: float, decimals: int) -> str:
    """In the reader's notation; Django's number_format alone makes 0.839 of 0.8396."""
    return str(number_format(round(number, decimals), decimals)).replace("-", "−")


def signed(size: float, decimals: int = 2) -> str:
    """With its sign, and a minus as long as the plus; 0 has none."""
    shown = round(size, decimals)
    sign = "" if shown == 0 else "+" if shown > 0 else "−"
    return f"{sign}{rounded(abs(shown), decimals)}"


def percent_sign(number: str) -> str:
    """Behind a number: apart in French, close in English."""
    return f"{number}%" if reads_english() else f"{number}{NO_BREAK}%"


def share_in_words(share: float, decimals: int = 1) -> str:
    """A share from 0 to 1 as a percentage."""
    return percent_sign(rounded(share * 100, decimals))


def spread_in_words(mean: float, spread: float, decimals: int) -> str:
    """A mean ± its spread, on one line."""
    return NO_BREAK.join((rounded(mean, decimals), "±", rounded(spread, decimals)))
