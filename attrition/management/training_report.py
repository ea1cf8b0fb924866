"""What a training says at its end: the model, and what would change with it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attrition.comparison import compare
from attrition.evaluation import is_told_apart
from attrition.features import BY_NAME
from attrition.model_card import measured_limits
from attrition.releases import Release
from attrition.tables import rows_of
from attrition.training import Cost, Trained
from attrition.training_set import TrainingSet

Card = Mapping[str, Any]


def summary(trained: Trained, card: Card) -> Iterator[str]:
    """Measures with their spread, calibration, fields that need care, threshold."""
    for name, found in card["metrics"].items():
        yield f"  {name:<18} {found['mean']:.3f} ± {found['std']:.3f}"
    calibration = card["calibration"]
    yield "  " + _(
        "calibration: slope %(slope)s, mean probability %(mean)s where %(rate)s left"
    ) % {
        "slope": f"{calibration['slope']:.2f}",
        "mean": f"{calibration['mean_probability']:.3f}",
        "rate": f"{calibration['base_rate']:.3f}",
    }
    chosen = {"transform": card["model"]["transform"], "strength": card["model"]["C"]}
    yield "  " + _("numbers: %(transform)s, C = %(strength)s") % chosen
    yield from (f"  {line}" for line in _costs(trained))
    of_ten = card["threshold"]["of_ten_flagged_left"]
    yield "  " + _(
        "threshold %(threshold)s: of 10 people flagged, about %(count)s left"
    ) % {
        "threshold": card["threshold"]["value"],
        "count": "–" if of_ten is None else of_ten,
    }

    for limit in measured_limits(card["metrics"], card["calibration"]):
        yield f"  {limit}"


def _costs(trained: Trained) -> Iterator[str]:
    """What the average precision becomes without each field that needs care."""
    for name, cost in trained.costs.items():
        yield _("without %(field)s: average precision %(cost)s") % {
            "field": str(BY_NAME[name].label),
            "cost": _gained(cost),
        }
    if trained.care_cost is not None:
        yield _("without all of these: average precision %(cost)s") % {
            "cost": _gained(trained.care_cost)
        }


def _gained(cost: Cost) -> str:
    found = cost["average_precision"]
    gained = f"{-found['mean']:+.3f}"
    if is_told_apart(found):
        return gained
    return _("%(cost)s, not to be told from 0") % {"cost": gained}


def to_decide(
    trained: Trained, costless: Sequence[str], following: Sequence[str]
) -> Iterator[str]:
    """What to add to the command where nobody can be asked."""
    yield _("Some fields need care, and leaving them out costs nothing:")
    yield from (f"  {name}" for name in costless)
    yield _("What each field that needs care is worth:")
    yield from (f"  {line}" for line in _costs(trained))
    yield _("To leave these fields out, add:")
    yield "  " + " ".join(f"--leave-out {name}" for name in costless)
    if following:
        yield _(
            "Then these would cost nothing either; leave them out too, or keep them:"
        )
        yield "  " + " ".join(f"--leave-out {name}" for name in following)
    yield _("To keep a field, say why instead:")
    for name in (*costless, *following):
        yield f'  --reason {name} "…"'


def question(name: str) -> str:
    """Whether to keep a field that costs nothing to leave out."""
    return _(
        "%(field)s (%(name)s) needs care, and leaving it out costs nothing. Type why "
        "it is kept, or only Enter to leave it out:"
    ) % {"field": BY_NAME[name].label, "name": name}


def compared(
    trained: Trained, card: Card, data: TrainingSet, serving: Release | None
) -> Iterator[str]:
    """Beside what serves: its card's measures, and who would change class."""
    if serving is None:
        return
    threshold = settings.MODEL_THRESHOLD
    found = compare(
        rows_of(data.X),
        serving,
        trained.model.scorecard,
        card,
        card["threshold"]["value"] if threshold is None else float(threshold),
    )
    yield _("Beside release %(version)s, as its card has it:") % {
        "version": found.version
    }
    if not found.same_data:
        yield "  " + _("(its measures are of other data, or of another form of them)")
    for name, (before, after) in found.metrics.items():
        yield f"  {name:<18} {before:.3f} → {after:.3f}"
    yield "  " + _(
        "of these %(people)s people, %(before)s are flagged now and %(after)s would "
        "be: %(newly)s more, %(no_longer)s no longer"
    ) % {
        "people": found.people,
        "before": found.flagged_before,
        "after": found.flagged_after,
        "newly": found.newly_flagged,
        "no_longer": found.no_longer_flagged,
    }
    if found.refused:
        yield "  " + _(
            "%(count)s more can't be scored now: it does not know their values"
        ) % {"count": found.refused}
