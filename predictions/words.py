"""How an answer reads, wherever a person sees it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from attrition.features import BY_NAME
from attrition.field import Value
from attrition.typography import (
    NO_BREAK,
    percent_sign,
    reads_english,
    rounded,
    share_in_words,
)
from predictions.models import Source


class Words(str):
    """Words of a language of their own; `lang` is empty where it is the reader's."""

    lang: str

    def __new__(cls, text: str, lang: str) -> "Words":
        words = super().__new__(cls, text)
        words.lang = "" if reads_english() == (lang == "en") else lang
        return words


def percent(probability: float, threshold: float) -> str:
    """A percentage with as many decimals as it takes not to round over the threshold.

    0.4996 under a threshold of 0.5 must not read "50.0 %".
    """
    is_above = probability >= threshold
    for decimals in range(1, 17):
        shown = round(probability * 100, decimals)
        if (shown >= threshold * 100) == is_above:
            break
    return percent_sign(rounded(shown, decimals))


def share_with_interval(row: Mapping[str, Any], name: str) -> str:
    """A share with its 95 % interval, where there are both."""
    if row[name] is None:
        return "–"
    interval = row.get(f"{name}_interval")
    if interval is None:
        return share_in_words(row[name], 0)
    low, high = (rounded(end * 100, 0) for end in interval)
    return f"{share_in_words(row[name], 0)} ({low}–{high})"


THIN = "thin_evidence"


def class_code(prediction: int, warnings: list[dict[str, Any]]) -> str:
    """The side of the threshold; no side at all on thin evidence."""
    if any(warning["code"] == THIN for warning in warnings):
        return THIN
    return "above_threshold" if prediction else "below_threshold"


def class_in_words(prediction: int, warnings: list[dict[str, Any]]) -> str:
    words = {
        THIN: _("not enough data"),
        "above_threshold": _("above the threshold"),
        "below_threshold": _("below the threshold"),
    }
    return words[class_code(prediction, warnings)]


def yes_or_no(value: object) -> str:
    return _("Yes") if value else _("No")


def asker(row: Any) -> str:
    """Who asked for it, as its text copies say."""
    key = f"{row.key_owner} ({row.key_prefix}…)" if row.key_owner else ""
    return row.user_name or key or "–"


def release_in_words(row: Any) -> str:
    """The release that gave an answer; another service's may be called as ours is."""
    if row.source != Source.IMPORTED:
        return str(row.model_version)
    return _("%(version)s of the proof of concept") % {"version": row.model_version}


def label_of(name: str) -> str:
    """A field's label; its name, when it has left the table since it was logged."""
    return str(BY_NAME[name].label) if name in BY_NAME else name


def value_in_words(name: str, value: Value | None) -> str:
    """As a person reads it; as it is, when the field has left the table.

    A role or a department is a word of the extracts, which are French.
    """
    if isinstance(value, str):
        return Words(value, "fr")
    return BY_NAME[name].in_words(value) if name in BY_NAME else str(value)


def direction_in_words(points: float) -> str:
    """What a contribution goes with; never what it causes."""
    if not points:
        return _("as usual")
    if points > 0:
        return _("associated with a higher risk than usual")
    return _("associated with a lower risk than usual")


def reason_in_words(contribution: Mapping[str, Any]) -> str:
    """One contribution as a sentence: field, value, usual value, direction."""
    return _("%(label)s: %(value)s (usually %(usual)s): %(direction)s") % {
        "label": contribution["label"],
        "value": value_in_words(contribution["field"], contribution["value"]),
        "usual": value_in_words(contribution["field"], contribution["usual"]),
        "direction": direction_in_words(contribution["points"]),
    }


def duration_in_words(seconds: float) -> str:
    """Its two largest units: "3 min 20 s", "1 h 5 min"; tenths of a short one."""
    if seconds < 0.1:
        return f"<{NO_BREAK}{rounded(0.1, 1)}{NO_BREAK}s"
    if seconds < 10:
        return f"{rounded(seconds, 1)}{NO_BREAK}s"
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    units = [(hours, "h"), (minutes, "min"), (left, "s")]
    while not units[0][0]:
        del units[0]
    shown = [f"{count}{NO_BREAK}{unit}" for count, unit in units[:2] if count]
    return NO_BREAK.join(shown)
