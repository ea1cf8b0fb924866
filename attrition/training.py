"""From people to a model that is measured and proven; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from sklearn.pipeline import Pipeline

from attrition import features
from attrition.compiling import compile_scorecard
from attrition.errors import TrainingRefused
from attrition.evaluation import Evaluation, Track, cost_of, evaluate, untracked
from attrition.proving import prove
from attrition.recipe import NUMBER, Recipe, chosen, new_pipeline, recipe_for
from attrition.scorecard import Scorecard
from attrition.tables import rows_of
from attrition.training_set import TrainingSet
from attrition.validation import nearest

Cost = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Wishes:
    """What whoever trains has decided; the card records it.

    `allowed_grounds` says why a prohibited ground is used, `reasons` why a field that
    needs care is, by field.
    """

    left_out: tuple[str, ...] = ()
    allowed_grounds: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def columns(self) -> tuple[str, ...]:
        """The fields to train on, in the table's order. Raises TrainingRefused."""
        for name in (*self.left_out, *self.allowed_grounds, *self.reasons):
            _check_scorable(name)
        for name in self.allowed_grounds:
            if name not in features.GROUNDS:
                raise TrainingRefused(
                    f"{name} is no prohibited ground: it is used without being allowed."
                )
        for name in self.reasons:
            if features.BY_NAME[name].care is None:
                raise TrainingRefused(f"{name} needs no written reason.")
        return tuple(
            item.name
            for item in features.SCORABLE
            if item.name not in self.left_out
            and (item.ground is None or item.name in self.allowed_grounds)
        )


def _check_scorable(name: str) -> None:
    item = features.BY_NAME.get(name)
    if item is None:
        near = nearest(name, features.BY_NAME)
        hint = f" Did you mean {near}?" if near else ""
        raise TrainingRefused(f"{name}: no such field.{hint}")
    if not item.is_scorable:
        raise TrainingRefused(f"{name} is recorded and never scored ({item.kind}).")


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

    `costs`: of leaving out each field that needs care; `costless`: those of them that
    were left out because that costs nothing; `grounds_cost`: of using the prohibited
    grounds that the model does without (None where there are none).
    """

    model: Model
    evaluation: Evaluation
    costs: Mapping[str, Cost]
    costless: tuple[str, ...]
    grounds_cost: Cost | None


def train(
    data: TrainingSet, wishes: Wishes = Wishes(), track: Track[Any] = untracked
) -> Trained:
    """Measure, weigh the fields that need care, fit on everybody, compile, prove.

    Raises TrainingRefused or NotAdditive.
    """
    recipe = recipe_for(data.X, wishes.columns(), wishes.seed)
    evaluation = evaluate(data, recipe, track)
    costs = {
        item.name: cost_of(
            data, evaluation, _leaving_out(item.name), track, _without(item.name)
        )
        for item in features.SCORABLE
        if item.care and item.name in recipe.columns
    }
    costless = tuple(
        name for name, cost in costs.items() if cost["average_precision"]["mean"] <= 0
    )
    if costless:
        recipe = recipe.without(*costless)
        evaluation = evaluate(data, recipe, track)
    return Trained(
        fit(data, recipe),
        evaluation,
        costs,
        costless,
        _grounds_cost(data, recipe, evaluation, track),
    )


def _without(name: str) -> str:
    return _("without %(field)s") % {"field": name}


def _leaving_out(name: str) -> Any:
    return lambda recipe: recipe.without(name)


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
    """The model of a card again, from the same data. Raises TrainingRefused."""
    made_with = card["model"].get("recipe")
    if made_with != NUMBER:
        raise TrainingRefused(
            f"That release was trained in another way (recipe {made_with or 1}, this "
            f"version trains recipe {NUMBER}): check out the version that made it."
        )
    columns: Sequence[str] = card["model"]["columns"]
    return fit(data, recipe_for(data.X, columns, card["model"]["seed"]))
