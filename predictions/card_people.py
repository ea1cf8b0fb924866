"""What a model card says of groups of people: fairness, and who was in training."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from attrition.features import BY_NAME
from attrition.field import number_in_words
from attrition.typography import share_in_words
from predictions.words import label_of, share_with_interval, value_in_words


def fairness(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, groups in card.get("fairness", {}).items():
        yield {
            "label": label_of(name),
            "groups": [
                {
                    "name": _group_in_words(name, group["group"]),
                    "count": number_in_words(group["count"]),
                    "left": _share_left(group["left"]),
                    "mean": share_in_words(group["mean_probability"], 0),
                    "shares": [
                        share_with_interval(group, share)
                        for share in ("flagged", "precision", "recall", "false_alarms")
                    ],
                }
                for group in groups
            ],
        }


def _group_in_words(name: str, group: Any) -> str:
    if group is None:
        return _("not said")
    if not isinstance(group, list):
        return value_in_words(name, group)
    low, high = group
    if low is None:
        return _("under %(age)s") % {"age": high + 1}
    if high is None:
        return _("%(age)s and over") % {"age": low}
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def reference(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, found in card.get("reference", {}).items():
        yield {
            "label": label_of(name),
            "missing": share_in_words(found["null"]),
            "spread": _spread(name, found.get("deciles")),
            "shares": list(_shares(name, found)),
        }


def _spread(name: str, deciles: list[float] | None) -> str:
    if deciles is None:
        return ""
    low, middle, high = deciles[0], deciles[4], deciles[-1]
    known = BY_NAME.get(name)
    return _("8 of 10 people from %(low)s to %(high)s, middle %(middle)s") % {
        "low": known.without_unit(low) if known else number_in_words(low),
        "high": value_in_words(name, high),
        "middle": value_in_words(name, middle),
    }


def _shares(name: str, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each value beside the share of people who had it."""
    for value, share in found.get("shares", []):
        yield value_in_words(name, value), share_in_words(share, 0)
    if found.get("other"):
        yield _("other"), share_in_words(found["other"], 0)


def _share_left(share: float | None) -> str:
    return "–" if share is None else share_in_words(share, 0)
