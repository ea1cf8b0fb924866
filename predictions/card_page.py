"""A model card as its page shows it, in the reader's language.

The same content for the admin (HTML) and for `docs/model-card.md` (Markdown). A card of
format 1, release 1.0.0's, has fewer headings: what it does not say is not shown.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attrition import grounds
from attrition.card_format import FORMAT, ON_THE_PAGE, silent, unsaid
from attrition.errors import ReleaseRejected
from attrition.extract_file import TARGET
from attrition.field import Extract, number_in_words
from attrition.releases import CARD, Release
from attrition.typography import reads_english, rounded, share_in_words
from predictions import card_charts
from predictions.words import label_of, value_in_words

MEASURES = ("average_precision", "roc_auc", "brier")
SHOWN_THRESHOLDS = 20  # rows of the threshold table: every 0.05


def content(release: Release) -> dict[str, Any]:
    """What the templates of the card read.

    `silent` names what a card of today's format should say and does not. Raises
    ReleaseRejected for one that says too little to be a page.
    """
    card = release.card
    if missing := unsaid(card, ON_THE_PAGE):
        raise says_nothing(release, missing)
    return {
        "silent": silent(card) if card.get("format") == FORMAT else [],
        "release": release,
        "fictional": release.is_demonstration,
        "grounds_used": grounds.used_in_words(release),
        "data": _data(card),
        "recipe": _recipe(card["model"]),
        "prose": list(_prose(card)),
        "limits": [_words(limit) for limit in card.get("limits", [])],
        "measured": _words(card.get("measured")),
        "metrics": list(_metrics(card)),
        "calibration": _calibration(card["calibration"]),
        "plots": card_charts.measured(card),
        "threshold": _threshold(card["threshold"]),
        "points": card_charts.points(release.scorecard, release.categories),
        "care": list(_care(card)),
        "care_together": _costs(card.get("cost_of_leaving_out_all_care")),
        "grounds": _grounds(card),
        "fairness": list(_fairness(card)),
        "fairness_measured": _words(card.get("fairness_measured")),
        "reference": list(_reference(card)),
        "libraries": card.get("libraries", {}),
        "files": card["files"],
    }


def says_nothing(release: Release, headings: list[str]) -> ReleaseRejected:
    sentence = _(
        "%(file)s says nothing under: %(headings)s. Release %(version)s can score; for "
        "a card, put its folder back from git or a backup, or train it again."
    )
    return ReleaseRejected(
        sentence
        % {
            "file": release.folder / CARD,
            "headings": ", ".join(headings),
            "version": release.version,
        }
    )


def _words(text: Any) -> str:
    """A card's text: in both languages, or in English alone in a card of format 1."""
    if isinstance(text, Mapping):
        return str(text["en" if reads_english() else "fr"])
    return str(text or "")


def _prose(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    titles = {
        "purpose": _("Purpose"),
        "oversight": _("Never a decision on its own"),
        "horizon": _("Horizon"),
    }
    for heading, title in titles.items():
        if text := _words(card.get(heading)):
            yield title, text


def _data(card: Mapping[str, Any]) -> dict[str, Any]:
    """Who the model was trained on, when, and what leaving means there."""
    data = card["data"]
    trained_on = card.get("trained_on")
    return {
        "sha256": data["sha256"],
        "employees": number_in_words(data["employees"]),
        "left": number_in_words(data["left"]),
        "files": ", ".join(f"extrait_{extract}.csv" for extract in Extract),
        "outcome": TARGET,
        "outcome_file": f"extrait_{Extract.SONDAGE}.csv",
        "origin": data.get("origin", ""),
        "trained_on": trained_on and date_format(date.fromisoformat(trained_on)),
    }


def measure_in_words(name: str) -> str:
    titles = {
        "average_precision": _("Average precision"),
        "roc_auc": _("Area under the ROC curve"),
        "brier": _("Brier score (lower is better)"),
    }
    return titles[name]


def _recipe(model: Mapping[str, Any]) -> str:
    found = _("Logistic regression, C = %(strength)s.") % {
        "strength": number_in_words(model["C"])
    }
    if "transform" not in model:  # format 1
        return found
    return (
        found
        + " "
        + _("Numbers: transform %(transform)s. Seed: %(seed)s. Recipe: %(recipe)s.")
        % {key: model[key] for key in ("transform", "seed", "recipe")}
    )


def _metrics(card: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name in MEASURES:
        found = card["metrics"][name]
        yield {
            "name": measure_in_words(name),
            "mean": rounded(found["mean"], 3),
            "spread": rounded(found["std"], 3),
        }


def _calibration(found: Mapping[str, Any]) -> dict[str, Any]:
    bins = found.get("bins", [])
    missed = [
        group
        for group in bins
        for low, high in [group["left_interval"]]
        if not low <= group["mean_probability"] <= high
    ]
    return {
        "groups": len(bins),
        "missed": len(missed),
        "slope": rounded(found["slope"], 2),
        "mean": share_in_words(found["mean_probability"]),
        "rate": share_in_words(found["base_rate"]),
    }


def _threshold(found: Mapping[str, Any]) -> dict[str, Any]:
    every = [
        row
        for row in found["table"]
        if round(row["threshold"] * 100) % (100 // SHOWN_THRESHOLDS) == 0
        or row["threshold"] == found["value"]
    ]
    return {
        "value": rounded(found["value"], 2),
        "rule": _words(found["rule"]),
        "of_ten": found.get("of_ten_flagged_left"),
        "rows": [
            {
                "threshold": rounded(row["threshold"], 2),
                "is_default": row["threshold"] == found["value"],
                "shares": [
                    _with_interval(row, name)
                    for name in ("flagged", "precision", "recall")
                ],
            }
            for row in every
        ],
    }


def _with_interval(row: Mapping[str, Any], name: str) -> str:
    """A share with its 95 % interval, where there are both."""
    if row[name] is None:
        return "–"
    interval = row.get(f"{name}_interval")
    if interval is None:
        return share_in_words(row[name], 0)
    low, high = (rounded(end * 100, 0) for end in interval)
    return f"{share_in_words(row[name], 0)} ({low}–{high})"


def _care(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in card.get("care", []):
        cost = row["cost_of_leaving_out"]
        yield {
            "label": label_of(row["field"]),
            "care": _words(row["care"]),
            "reason": _words(row["reason"]),
            "used": row["used"],
            "is_standard_reason": row["is_standard_reason"],
            "costs": _costs(cost),
            "is_told": row.get("is_told_from_nothing", True),
        }


def _costs(cost: Mapping[str, Any] | None) -> list[str]:
    return [] if cost is None else [_cost(cost, name) for name in MEASURES]


def _share_left(share: float | None) -> str:
    return "–" if share is None else share_in_words(share, 0)


def _cost(cost: Mapping[str, Mapping[str, float]], name: str) -> str:
    mean, spread = (rounded(cost[name][key], 4) for key in ("mean", "std"))
    return f"{mean} ± {spread}"


def _grounds(card: Mapping[str, Any]) -> dict[str, Any]:
    cost = card.get("cost_of_using_excluded_grounds")
    return {
        "excluded": [
            (label_of(name), _words(ground))
            for name, ground in card["excluded_grounds"].items()
        ],
        "allowed": [
            (label_of(name), _words(found["ground"]), found["because"])
            for name, found in card.get("allowed_grounds", {}).items()
        ],
        "costs": []
        if cost is None
        else [(measure_in_words(name), _cost(cost, name)) for name in MEASURES],
    }


def _fairness(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, groups in card.get("fairness", {}).items():
        yield {
            "label": label_of(name),
            "groups": [
                {
                    "name": _group_in_words(name, group["group"]),
                    "count": group["count"],
                    "left": _share_left(group["left"]),
                    "mean": share_in_words(group["mean_probability"], 0),
                    "shares": [
                        _with_interval(group, share)
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


def _reference(card: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, found in card.get("reference", {}).items():
        yield {
            "label": label_of(name),
            "missing": share_in_words(found["null"]),
            "spread": _spread(name, found),
        }


def _spread(name: str, found: Mapping[str, Any]) -> str:
    if "deciles" in found:
        low, *_rest, high = found["deciles"]
        middle = number_in_words(found["deciles"][4])
        ends = {"low": number_in_words(low), "high": number_in_words(high)}
        return _("8 of 10 people from %(low)s to %(high)s, middle %(middle)s") % (
            ends | {"middle": middle}
        )
    shares = [
        _("%(value)s: %(share)s")
        % {
            "value": value_in_words(name, value),
            "share": share_in_words(share, 0),
        }
        for value, share in found.get("shares", [])
    ]
    if found.get("other"):
        other = {"value": _("other"), "share": share_in_words(found["other"], 0)}
        shares.append(_("%(value)s: %(share)s") % other)
    return ", ".join(shares)
