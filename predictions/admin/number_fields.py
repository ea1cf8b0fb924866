"""Numbers in a form as people write them, read by the server.

A browser sends nothing for what it can't read in a field of type "number": a typing
error would then empty what is stored, without a word.
"""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f"))  # between thousands


class NumberWithUnit(forms.TextInput):
    """The unit stands beside the box; the help has it too, for a screen reader."""

    def __init__(self, unit: str, inputmode: str) -> None:
        super().__init__({"inputmode": inputmode, "class": "number", "size": 12})
        self.unit = unit

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        box = super().render(*args, **kwargs)
        if not self.unit:
            return box
        unit = format_html('<span class="unit" aria-hidden="true">{}</span>', self.unit)
        return format_html('<span class="with-unit">{} {}</span>', box, unit)


class WholeNumber(forms.IntegerField):
    def to_python(self, value: Any) -> int | None:
        return super().to_python(without_spaces(value))


class DecimalNumber(forms.FloatField):
    """Reads "3 500,50" and 3500.5 alike, whatever the reader's language."""

    def to_python(self, value: Any) -> float | None:
        sent = without_spaces(value)
        if isinstance(sent, str) and sent.count(",") == 1 and "." not in sent:
            sent = sent.replace(",", ".")
        return super().to_python(sent)


def without_spaces(value: Any) -> Any:
    return value.translate(SPACES) if isinstance(value, str) else value
