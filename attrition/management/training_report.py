"""What a training says at its end: the model, and what would change with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from attrition.comparison import compare
from attrition.features import BY_NAME
from attrition.releases import Release
from attrition.tables import rows_of
from attrition.training import Trained
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
    for name, cost in trained.costs.items():
        yield "  " + _("without %(field)s: average precision %(cost)s") % {
            "field": str(BY_NAME[name].label),
            "cost": f"{-cost['average_precision']['mean']:+.3f}",
        }
    of_ten = card["threshold"]["of_ten_flagged_left"]
    yield "  " + _(
        "threshold %(threshold)s: of 10 people flagged, about %(count)s left"
    ) % {
        "threshold": card["threshold"]["value"],
        "count": "–" if of_ten is None else of_ten,
    }


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
