"""From people to a model that is measured and proven; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

from django.utils.translation import gettext as _
from sklearn.pipeline import Pipeline

from attrition import features
from attrition.card_format import unsaid
from attrition.compiling import compile_scorecard
from attrition.errors import TrainingRefused
from attrition.evaluation import (
    Evaluation,
    Track,
    cost_of,
    evaluate,
    remeasured,
    untracked,
)
from attrition.proving import prove
from attrition.recipe import RECIPE_VERSION, Recipe, chosen, new_pipeline, recipe_for
from attrition.scorecard import Scorecard
from attrition.tables import rows_of
from attrition.training_set import TrainingSet, fingerprint
from attrition.validation import unknown_field

RETRAINED_FROM = ("data.sha256", "model.columns", "model.seed")

Cost = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Wishes:
    """What whoever trains has decided; the card records it.

    `allowed_grounds` says why a prohibited ground is used, `reasons` why a field that
    needs care is, by field. A field of which nothing is said has the project's standard
    reason, unless doing without it costs nothing.
    """

    left_out: tuple[str, ...] = ()
    allowed_grounds: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def columns(self) -> tuple[str, ...]:
        """The fields to train on, in the table's order. Raises TrainingRefused."""
        for name in (*self.left_out, *self.allowed_grounds, *self.reasons):
            _check_scorable(name)
        for name in self.left_out:
            if name in features.GROUNDS and name not in self.allowed_grounds:
                raise TrainingRefused(
                    _("%s is a prohibited ground: it is left out anyway.") % name
                )
        for name, why in (*self.allowed_grounds.items(), *self.reasons.items()):
            if name in self.left_out:
                raise TrainingRefused(
                    _("%s can't be both left out and used for a reason.") % name
                )
            if not why.strip():
                raise TrainingRefused(_("The reason for %s is empty.") % name)
        for name in self.allowed_grounds:
            if name not in features.GROUNDS:
                raise TrainingRefused(
                    _("%s is no prohibited ground: it is used without being allowed.")
                    % name
                )
        for name in self.reasons:
            if features.BY_NAME[name].care is None:
                raise TrainingRefused(_("%s needs no written reason.") % name)
        return tuple(
            item.name
            for item in features.SCORABLE
            if item.name not in self.left_out
            and (item.ground is None or item.name in self.allowed_grounds)
        )


def _check_scorable(name: str) -> None:
    item = features.BY_NAME.get(name)
    if item is None:
        raise TrainingRefused(unknown_field(name, features.BY_NAME).message)
    if not item.is_scorable:
        raise TrainingRefused(_("%s is recorded and never scored.") % name)


@dataclass(frozen=True)
class Model:
    """A fitted pipeline and the same as points; `difference` is the largest found."""

    recipe: Recipe
    pipeline: Pipeline
    scorecard: Scorecard
    difference: float


@dataclass(frozen=True)
class Trained:
    """A model and what was measured of it.

    `costs`: of leaving out each field that needs care, `care_cost`: of leaving out all
    of them; `grounds_cost`: of using the prohibited grounds that the model does without
    (None where there are none).
    """

    model: Model
    evaluation: Evaluation
    costs: Mapping[str, Cost]
    care_cost: Cost | None
    grounds_cost: Cost | None


def train(
    data: TrainingSet, wishes: Wishes = Wishes(), track: Track[Any] = untracked
) -> Trained:
    """Measure, weigh the fields that need care, fit on everybody, compile, prove.

    Raises NotAdditive or TrainingRefused. What is `undecided` then, a person decides.
    """
    recipe = recipe_for(data.X, wishes.columns(), wishes.seed)
    evaluation = evaluate(data, recipe, track)
    careful = _careful(recipe)
    costs = {
        name: _cost_without([name], data, evaluation, track, _without(name))
        for name in careful
        if len(recipe.columns) > 1
    }
    everything = _("without any field that needs care")
    return Trained(
        fit(data, recipe),
        evaluation,
        costs,
        _cost_without(careful, data, evaluation, track, everything)
        if 1 < len(careful) < len(recipe.columns)
        else None,
        _grounds_cost(data, recipe, evaluation, track),
    )


def undecided(trained: Trained, wishes: Wishes) -> list[str]:
    """The fields that need care, cost nothing to leave out, and have no own reason.

    A person decides: to drop one here would be to choose by the very folds that measure
    the model.
    """
    return [
        name
        for name, cost in trained.costs.items()
        if _is_costless(cost) and name not in wishes.reasons
    ]


def undecided_next(
    data: TrainingSet,
    trained: Trained,
    wishes: Wishes,
    left_out: Sequence[str],
    track: Track[Any] = untracked,
) -> list[str]:
    """Those that would be undecided in their turn once `left_out` are left out."""
    gone = list(left_out)
    found = gone
    while found:
        without = methodcaller("without", *gone)
        before = remeasured(data, trained.evaluation, without, track, _("measuring"))
        found = [
            name
            for name in trained.costs
            if name not in (*gone, *wishes.reasons)
            and _is_costless(_cost_without([name], data, before, track, _without(name)))
        ]
        gone += found
    return gone[len(left_out) :]


def _is_costless(cost: Cost) -> bool:
    return cost["average_precision"]["mean"] <= 0


def _careful(recipe: Recipe) -> list[str]:
    return [f.name for f in features.SCORABLE if f.care and f.name in recipe.columns]


def _cost_without(
    names: Sequence[str],
    data: TrainingSet,
    evaluation: Evaluation,
    track: Track[Any],
    what: str,
) -> Cost:
    return cost_of(data, evaluation, methodcaller("without", *names), track, what)


def _without(name: str) -> str:
    return _("without %(field)s") % {"field": name}


def _grounds_cost(
    data: TrainingSet, recipe: Recipe, evaluation: Evaluation, track: Track[Any]
) -> Cost | None:
    unused = [
        name
        for name in features.GROUNDS
        if features.BY_NAME[name].is_scorable
        and name not in recipe.columns
        and data.X[name].notna().any()
    ]
    if not unused:
        return None
    return cost_of(
        data,
        evaluation,
        lambda r: r.using(*unused),
        track,
        _("with the prohibited grounds"),
    )


def fit(data: TrainingSet, recipe: Recipe) -> Model:
    """Choose the transform and the strength, fit on everybody, compile and prove."""
    X = data.X[list(recipe.columns)]
    best = chosen(recipe, X, data.y)
    pipeline = new_pipeline(best).fit(X, data.y)
    scorecard = compile_scorecard(pipeline)
    return Model(best, pipeline, scorecard, prove(scorecard, pipeline, rows_of(X)))


def retrained(data: TrainingSet, card: Mapping[str, Any]) -> Model:
    """The model of a card again, from its own data. Raises TrainingRefused."""
    made_with = card.get("model", {}).get("recipe")
    if made_with != RECIPE_VERSION:
        raise TrainingRefused(
            _(
                "That release was trained in another way (recipe %(theirs)s, this "
                "version trains recipe %(ours)s): check out the version that made it."
            )
            % {"theirs": made_with or 1, "ours": RECIPE_VERSION}
        )
    if missing := unsaid(card, RETRAINED_FROM):
        raise TrainingRefused(
            _("The card of that release says nothing under: %(headings)s.")
            % {"headings": ", ".join(missing)}
        )
    if fingerprint(data) != card["data"]["sha256"]:
        raise TrainingRefused(
            _("These are not the data of that release: their fingerprint is another.")
        )
    columns: Sequence[str] = card["model"]["columns"]
    return fit(data, recipe_for(data.X, columns, card["model"]["seed"]))
