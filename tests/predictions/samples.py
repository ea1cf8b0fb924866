"""Good and bad values of every field, by the kind that the feature table gives it."""

from collections.abc import Iterator
from typing import Any

from attrition.features import FIELDS
from attrition.field import Field, Kind

TOO_LONG = "x" * 65
Bad = tuple[str, Any, str]
"""What is wrong in words, the value, the code of the refusal."""


def bad_values(field: Field) -> Iterator[Bad]:
    match field.kind:
        case Kind.NUMBER | Kind.DERIVED:
            yield from _bad_numbers(field)
        case Kind.ORDINAL if not field.order:
            yield from _bad_numbers(field)
        case Kind.ORDINAL:
            yield "a number", 2, "unknown_level"
            yield "a list", [field.order[0]], "unknown_level"
            yield "an unknown level", "qwertz", "unknown_level"
            yield "another case", field.order[0].upper(), "unknown_level_near"
        case Kind.CATEGORY:
            yield "a number", 3, "not_a_text"
            yield "a list", ["Commercial"], "not_a_text"
            yield "true", True, "not_a_text"
            yield "an empty text", "", "not_a_text"
            yield "a blank text", "  ", "not_a_text"
            yield "a long text", TOO_LONG, "not_a_text"
        case Kind.YES_NO:
            yield "a 2", 2, "not_yes_no"
            yield "a fraction", 0.5, "not_yes_no"
            yield "another word", "peut-être", "not_yes_no"
            yield "an empty text", "", "not_yes_no"
            yield "a list", [1], "not_yes_no"
            yield "an object", {}, "not_yes_no"
        case Kind.PERCENT:
            yield "a word", "onze", "not_a_percentage"
            yield "an empty text", "", "not_a_percentage"
            yield "two signs", "11 % %", "not_a_percentage"
            yield "true", True, "not_a_percentage"
            yield "a list", [11], "not_a_percentage"
            yield "too low", -101, "out_of_range"
            yield "too high", 301, "out_of_range"
            yield "too high a text", "301 %", "out_of_range"
            yield "299 digits", 10**298, "out_of_range"
        case Kind.IDENTIFIER:
            yield "a fraction", 1.5, "not_an_identifier"
            yield "true", True, "not_an_identifier"
            yield "a list", [669], "not_an_identifier"
            yield "an object", {}, "not_an_identifier"
            yield "an empty text", "", "not_an_identifier"
            yield "65 characters", TOO_LONG, "not_an_identifier"
            yield "10,000 characters", "x" * 10_000, "not_an_identifier"
            yield "65 digits", 10**64, "not_an_identifier"
        case Kind.CONSTANT:
            yield "a list", [80], "not_a_scalar"
            yield "an object", {}, "not_a_scalar"
            yield "a long text", TOO_LONG, "not_a_scalar"
            yield "65 digits", 10**64, "not_a_scalar"


def _bad_numbers(field: Field) -> Iterator[Bad]:
    yield "a number in a text", str(field.example), "not_a_number"
    yield "a word", "vingt", "not_a_number"
    yield "true", True, "not_a_number"
    yield "a list", [field.example], "not_a_number"
    yield "an object", {}, "not_a_number"
    out_of_range = "below_minimum" if field.high is None else "out_of_range"
    yield "too low", field.low - 1, out_of_range
    if field.high is not None:
        yield "299 digits", 10**298, out_of_range
        yield "too high", field.high + 1, out_of_range
    if field.whole:
        yield "a half", field.low + 0.5, "not_whole"


def good_values(field: Field) -> Iterator[tuple[str, Any]]:
    yield "the example", field.example
    yield "null", None
    match field.kind:
        case Kind.NUMBER | Kind.DERIVED | Kind.ORDINAL if not field.order:
            yield "the lowest", field.low
            yield "as a float", float(field.low)
            if field.high is not None:
                yield "the highest", field.high
        case Kind.ORDINAL:
            yield from zip(field.order, field.order, strict=True)
        case Kind.YES_NO:
            yield from (("0", 0), ("1", 1), ("0.0", 0.0), ("1.0", 1.0))
            yield from (("true", True), ("false", False))
            for word in (*field.zero, *field.one):
                yield word, word
                yield word.upper(), word.upper()
        case Kind.PERCENT:
            for text in ("11 %", "11%", "11", "11,5 %", "11\u00a0%", "11\u202f%"):
                yield ascii(text), text
            yield from (("a fraction", 0.11), ("a negative one", "-3,5 %"))
            yield from (("the lowest", -100), ("the highest", 300))
        case Kind.IDENTIFIER:
            yield "64 characters", "x" * 64
            yield "a whole number", 669
            yield "64 digits", 10**64 - 1
        case Kind.CONSTANT:
            yield from (("a text", "Y"), ("a number", 1.5), ("true", True))


BAD = {
    f"{field.name}: {what}": (field.name, value, code)
    for field in FIELDS
    for what, value, code in bad_values(field)
}
GOOD = {
    f"{field.name}: {what}": (field.name, value)
    for field in FIELDS
    for what, value in good_values(field)
}
