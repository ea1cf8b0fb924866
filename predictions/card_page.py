"""A model card as its page shows it, in the reader's language.

The same content for the admin (HTML) and for `docs/model-card.md` (Markdown). A card of
format 1, release 1.0.0's, has fewer headings: what it does not say is not shown.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from attrition import grounds
from attrition.card_format import FORMAT, ON_THE_PAGE, silent, unsaid
from attrition.errors import ReleaseRejected
from attrition.extract_file import TARGET
from attrition.features import BY_NAME
from attrition.field import Extract, number_in_words
from attrition.releases import CARD, Release
from attrition.typography import (
    NO_BREAK,
    reads_english,
    rounded,
    share_in_words,
    signed,
    titled,
)
from predictions import card_charts, card_people
from predictions.words import Words, label_of, share_with_interval

MEASURES = ("average_precision", "roc_auc", "brier")
# What release 1.1.0 was trained on; anything else is shown as somebody wrote it.
ORIGIN = N_("the public, fictional IBM HR Analytics Employee Attrition data set")
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
        "fairness": list(card_people.fairness(card)),
        "fairness_measured": _words(card.get("fairness_measured")),
        "reference": list(card_people.reference(card)),
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
    if not isinstance(text, Mapping):
        return Words(text or "", "en")
    return str(text["en" if reads_english() else "fr"])


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
        "origin": _(ORIGIN) if data.get("origin") == ORIGIN else data.get("origin"),
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
        "guess": [rounded(found["base_rate"], 3), rounded(0.5, 3)],
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
                    share_with_interval(row, name)
                    for name in ("flagged", "precision", "recall")
                ],
            }
            for row in every
        ],
    }


def _care(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for row in card.get("care", []):
        cost = row["cost_of_leaving_out"]
        yield {
            "label": label_of(row["field"]),
            "care": _words(row["care"]),
            "reason": _reason(row["reason"]),
            "used": row["used"],
            "is_standard_reason": row["is_standard_reason"],
            "costs": _costs(cost),
            "is_told": row.get("is_told_from_nothing", True),
        }


def _reason(reason: Any) -> str:
    """The project's, in both languages, or what the trainer wrote, in any."""
    return _words(reason) if isinstance(reason, Mapping) else str(reason or "")


def _costs(cost: Mapping[str, Mapping[str, float]] | None) -> list[str]:
    """How much worse each measure is after a change, each under its name."""
    if cost is None:
        return []
    titles = {
        "average_precision": _("average precision lost"),
        "roc_auc": _("area under the ROC curve lost"),
        "brier": _("Brier score added"),
    }
    return [titled(titles[name], _cost(cost[name])) for name in MEASURES]


def _cost(found: Mapping[str, float]) -> str:
    mean, spread = signed(found["mean"], 4), rounded(found["std"], 4)
    return f"{mean}{NO_BREAK}±{NO_BREAK}{spread}"


def _grounds(card: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "excluded": [
            (label_of(name), _ground(name, ground))
            for name, ground in card["excluded_grounds"].items()
        ],
        "allowed": [
            (label_of(name), _words(found["ground"]), found["because"])
            for name, found in card.get("allowed_grounds", {}).items()
        ],
        "costs": _costs(card.get("cost_of_using_excluded_grounds")),
    }


def _ground(name: str, ground: Any) -> str:
    """Format 1 has it in French alone, as the table of fields had it."""
    if isinstance(ground, Mapping):
        return _words(ground)
    known = BY_NAME[name].ground if name in BY_NAME else None
    return str(known or Words(ground, "fr"))
