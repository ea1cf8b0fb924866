"""What a row of the feature table can say about one HR field."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from django.utils.formats import number_format

from attrition.typography import NO_BREAK, french, percent_sign, reads_english

Value: TypeAlias = float | int | str
"""One normalised value; a missing one is None beside it."""


class Kind(StrEnum):
    NUMBER = "number"
    PERCENT = "percent"
    ORDINAL = "ordinal"
    CATEGORY = "category"
    YES_NO = "yes/no"
    DERIVED = "derived"
    IDENTIFIER = "identifier"
    CONSTANT = "constant"


class Extract(StrEnum):
    """The three CSV files that HR delivers, by the end of their names."""

    SIRH = "sirh"
    EVAL = "eval"
    SONDAGE = "sondage"


@dataclass(frozen=True)
class Text:
    """Words in both languages; as a string, in the language of whoever reads.

    The French ones are given their no-break spaces here, wherever they come from.
    """

    fr: str
    en: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "fr", french(self.fr))

    def __str__(self) -> str:
        return self.en if reads_english() else self.fr


@dataclass(frozen=True)
class Field:
    """One HR field. `low` and `high` are inclusive and in `unit`."""

    name: str
    kind: Kind
    source: Extract | None
    label: Text
    example: Value
    help: Text = Text("", "")
    low: float | None = None
    high: float | None = None
    whole: bool = False
    unit: Text = Text("", "")
    singular: Text | None = None
    """The unit of one, where it differs."""
    order: tuple[str, ...] = ()
    """An ordinal's names, lowest first; empty when it is a mark from low to high."""
    zero: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    """A yes/no field's accepted words, in lower case."""
    answers: tuple[Text, Text] | None = None
    """How a yes/no field's 0 and 1 read."""
    spelling: str | None = None
    """Another spelling that is accepted."""
    survey: bool = False
    """An answer that the person gave to a survey, in good faith."""
    ground: Text | None = None
    """The prohibited ground it is (Code du travail, art. L.1132-1)."""
    actionable: bool = False
    """Whether an employer can change it."""
    care: Text | None = None
    """Why a release that uses it owes a written reason."""
    reason: Text | None = None
    """The reason that a release gives where its maker writes no other."""

    @property
    def is_scorable(self) -> bool:
        """Whether a release may use it at all."""
        return self.kind in SCORABLE_KINDS

    @property
    def choices(self) -> tuple[Value, ...]:
        """The values of an ordinal or a yes/no field, lowest first; else empty."""
        if self.kind is Kind.YES_NO:
            return (0, 1)
        if self.kind is Kind.ORDINAL:
            return self.order or tuple(
                range(int(self.low or 0), int(self.high or 0) + 1)
            )
        return ()

    def in_words(self, value: Value | None) -> str:
        """A normalised value as a person reads it, with its unit; '–' for none."""
        if value is None:
            return "–"
        if self.answers and value in (0, 1):
            return str(self.answers[int(value)])
        if isinstance(value, str):
            return value
        return with_unit(self.without_unit(value), self._unit_of(value))

    def without_unit(self, value: float) -> str:
        """As `in_words`, where the unit stands behind another number."""
        is_money = str(self.unit).startswith("€")
        return money_in_words(value) if is_money else number_in_words(value)

    def _unit_of(self, value: float) -> str:
        """The unit, in the singular where the reader's language wants it."""
        is_one = value == 1 if reads_english() else abs(value) < 2
        return str(self.singular if self.singular and is_one else self.unit)


def with_unit(number: str, unit: str) -> str:
    """On one line; an English % is close to its number."""
    if unit == "%":
        return percent_sign(number)
    return f"{number}{NO_BREAK}{unit}" if unit else number


def number_in_words(value: float) -> str:
    """In the reader's notation, a whole number without decimals."""
    number = int(value) if float(value).is_integer() else value
    shown = number_format(number, use_l10n=True, force_grouping=True)
    return str(shown).replace("-", "−")


def money_in_words(value: float) -> str:
    """Whole, or with two decimals where it has cents and nothing smaller."""
    if float(value).is_integer() or round(value, 2) != value:
        return number_in_words(value)
    return str(number_format(value, 2, use_l10n=True, force_grouping=True))


SCORABLE_KINDS = {
    Kind.NUMBER,
    Kind.PERCENT,
    Kind.ORDINAL,
    Kind.CATEGORY,
    Kind.YES_NO,
}
