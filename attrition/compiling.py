"""Turns a fitted scikit-learn pipeline into a scorecard, or says why it is none.

What it can compile: a ``Pipeline`` of a ``ColumnTransformer`` and a
``LogisticRegression``, where each block of columns goes through

- numbers: ``SimpleImputer``, ``MinMaxScaler(clip=True)``, maybe
  ``FunctionTransformer(np.sqrt)``, ``StandardScaler``;
- categories and answers: ``SimpleImputer``,
  ``OneHotEncoder(handle_unknown="ignore")``;
- counts and marks, a point a number: ``SimpleImputer``,
  ``FunctionTransformer(np.clip)`` with finite `a_min` and `a_max`,
  ``OneHotEncoder(handle_unknown="ignore")``.

Anything else raises NotAdditive with the name of the step.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    StandardScaler,
)

from attrition import features
from attrition.errors import NotAdditive
from attrition.field import Value
from attrition.scorecard import ChoicePoints, FieldPoints, NumberPoints, Scorecard
from attrition.tables import plain


def compile_scorecard(pipeline: Pipeline) -> Scorecard:
    """Return the scorecard whose logit is the pipeline's decision function."""
    columns, model = _two_steps(pipeline)
    weights = _Weights(model)
    base = float(model.intercept_[0])
    found: dict[str, FieldPoints] = {}
    # A ColumnTransformer puts its blocks' outputs side by side, in this order.
    for name, block, block_columns in columns.transformers_:
        if isinstance(block, str) and block == "drop":
            continue
        _check_columns(name, block_columns, found)
        for item, at_usual in _block(name, block, block_columns, weights):
            found[item.field] = item
            base += at_usual
    weights.check_used_up()
    ordered = [found[f.name] for f in features.FIELDS if f.name in found]
    return Scorecard(base, tuple(ordered))


class _Weights:
    """The model's weights, one after the other. Raises NotAdditive."""

    def __init__(self, model: LogisticRegression) -> None:
        classes = np.asarray(model.classes_).tolist()
        if classes != [0, 1]:
            raise NotAdditive(
                _(
                    "LogisticRegression tells %(classes)s apart: a scorecard is of two "
                    "classes, 0 and 1."
                )
                % {"classes": classes}
            )
        weights = np.asarray(model.coef_, float)
        if weights.ndim != 2 or len(weights) != 1 or not np.isfinite(weights).all():
            raise NotAdditive(
                _(
                    "LogisticRegression: coef_ is no row of finite weights, one a "
                    "column."
                )
            )
        self._left = iter(weights[0].tolist())

    def next(self, step: str) -> float:
        for weight in self._left:
            return float(weight)
        raise NotAdditive(
            _("%(step)s: LogisticRegression has fewer weights than this needs.")
            % {"step": step}
        )

    def check_used_up(self) -> None:
        if more := list(self._left):
            raise NotAdditive(
                _("Weights of LogisticRegression for which there is no column: %s.")
                % len(more)
            )


def _check_columns(name: str, columns: Any, found: Mapping[str, FieldPoints]) -> None:
    """Names of scorable fields, each read by one block."""
    names = list(columns) if isinstance(columns, list | tuple | np.ndarray) else []
    if not names or not all(isinstance(column, str) for column in names):
        raise NotAdditive(
            _("%(step)s: %(columns)s is no list of columns by their names.")
            % {"step": name, "columns": repr(columns)}
        )
    for i, column in enumerate(names):
        if column not in features.BY_NAME or not features.BY_NAME[column].is_scorable:
            raise NotAdditive(
                _("%(step)s: %(column)s is no field that can be scored.")
                % {"step": name, "column": column}
            )
        if column in found or column in names[:i]:
            raise NotAdditive(
                _("%(step)s: %(column)s is read a second time.")
                % {"step": name, "column": column}
            )


def _two_steps(pipeline: Any) -> tuple[ColumnTransformer, LogisticRegression]:
    match pipeline:
        case Pipeline(
            steps=[
                (
                    _,
                    ColumnTransformer(
                        remainder="drop", transformer_weights=None
                    ) as columns,
                ),
                (_, LogisticRegression() as model),
            ]
        ):
            return columns, model
        case Pipeline(steps=steps):
            names = ", ".join(f"{name} ({type(step).__name__})" for name, step in steps)
        case _:
            names = type(pipeline).__name__
    raise NotAdditive(
        _(
            "A scorecard is a ColumnTransformer (the remainder dropped, no weights) "
            "and a LogisticRegression, not: %(steps)s."
        )
        % {"steps": names}
    )


def _block(
    name: str, block: Any, columns: list[str], weights: _Weights
) -> Iterator[tuple[FieldPoints, float]]:
    """Each column's points, and its part of the logit at the usual value."""
    steps = (
        [step for _, step in block.steps] if isinstance(block, Pipeline) else [block]
    )
    match steps:
        case [
            SimpleImputer(add_indicator=False) as imputer,
            MinMaxScaler(clip=True) as unit,
            *root,
            StandardScaler(with_mean=True, with_std=True) as z,
        ] if not root or _is_root(root, unit):
            usual = _usual(name, columns, imputer)
            transform = "sqrt" if root else "none"
            yield from _numbers(name, columns, usual, unit, transform, z, weights)
        case [
            SimpleImputer(add_indicator=False) as imputer,
            OneHotEncoder() as encoder,
        ] if _is_plain(encoder):
            usual = _usual(name, columns, imputer)
            yield from _choices(name, columns, usual, encoder, weights)
        case [
            SimpleImputer(add_indicator=False) as imputer,
            FunctionTransformer(
                func=np.clip, kw_args={"a_min": lows, "a_max": highs, **rest}
            ),
            OneHotEncoder() as encoder,
        ] if _is_plain(encoder) and not rest:
            usual = _usual(name, columns, imputer)
            ends = _ends(name, columns, lows, highs)
            yield from _stepped(name, columns, usual, ends, encoder, weights)
        case _:
            # repr: an option can be what isn't additive, and it names those set.
            kinds = " → ".join(" ".join(repr(step).split()) for step in steps)
            raise NotAdditive(
                _(
                    "%(step)s: %(kinds)s can't be written as points. What can: "
                    "SimpleImputer → MinMaxScaler(clip=True) → StandardScaler, with "
                    "FunctionTransformer(numpy.sqrt) before the last or not; "
                    "SimpleImputer → OneHotEncoder(handle_unknown='ignore'), with "
                    "FunctionTransformer(numpy.clip) before the last or not."
                )
                % {"step": name, "kinds": kinds}
            )


def _is_root(steps: list[Any], unit: MinMaxScaler) -> bool:
    """One square root, of what starts at 0."""
    match steps:
        case [FunctionTransformer(func=np.sqrt, kw_args=None, validate=False)]:
            return bool(unit.feature_range[0] == 0)
        case _:
            return False


def _is_plain(encoder: OneHotEncoder) -> bool:
    """One column a value, none dropped or pooled, none for what it never saw."""
    return (
        encoder.handle_unknown == "ignore"
        and encoder.drop is None
        and encoder.min_frequency is None
        and encoder.max_categories is None
    )


def _numbers(
    name: str,
    columns: list[str],
    usual: list[Any],
    unit: MinMaxScaler,
    transform: str,
    z: StandardScaler,
    weights: _Weights,
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        weight = weights.next(name)
        points = NumberPoints(
            field=column,
            low=float(unit.data_min_[i]),
            high=float(unit.data_max_[i]),
            scale=float(unit.scale_[i]),
            offset=float(unit.min_[i]),
            transform=transform,
            weight=weight / float(z.scale_[i]),
            usual=float(usual[i]),
            null=float(usual[i]),
        )
        yield points, points.weight * (points.at_usual - float(z.mean_[i]))


def _choices(
    name: str,
    columns: list[str],
    usual: list[Any],
    encoder: OneHotEncoder,
    weights: _Weights,
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        table = {plain(value): weights.next(name) for value in encoder.categories_[i]}
        yield _relative(column, table, plain(usual[i]), clip=None)


def _usual(name: str, columns: list[str], imputer: SimpleImputer) -> list[Any]:
    """What stands for a missing value, by column; one that held nothing has none."""
    found = list(imputer.statistics_)
    for column, value in zip(columns, found, strict=True):
        if value is None or value != value:
            raise NotAdditive(
                _("%(step)s: %(column)s held nothing when it was fitted.")
                % {"step": name, "column": column}
            )
    return found


def _ends(
    name: str, columns: list[str], lows: Any, highs: Any
) -> list[tuple[float, float]]:
    """Where each column is clipped; one number for all is one for each."""
    try:
        table = [
            np.broadcast_to(np.array(e, float), len(columns)) for e in (lows, highs)
        ]
    except (TypeError, ValueError):
        table = []
    if not table or not np.isfinite(table).all():
        raise NotAdditive(
            _(
                "%(step)s: FunctionTransformer(numpy.clip) needs a finite a_min and "
                "a_max for each of %(columns)s, or one for all."
            )
            % {"step": name, "columns": ", ".join(columns)}
        )
    return [(float(low), float(high)) for low, high in zip(*table, strict=True)]


def _stepped(
    name: str,
    columns: list[str],
    usual: list[Any],
    ends: list[tuple[float, float]],
    encoder: OneHotEncoder,
    weights: _Weights,
) -> Iterator[tuple[FieldPoints, float]]:
    for i, (column, (low, high)) in enumerate(zip(columns, ends, strict=True)):
        table = {plain(value): weights.next(name) for value in encoder.categories_[i]}
        # A constant for the missing is clipped too: it passes the same way.
        nearest = plain(min(max(usual[i], low), high))
        yield _relative(column, table, nearest, clip=(float(low), float(high)))


def _relative(
    column: str,
    table: dict[Value, float],
    usual: Value,
    *,
    clip: tuple[float, float] | None,
) -> tuple[ChoicePoints, float]:
    """Each value's weight less the usual one's, and that one, for the base."""
    at_usual = table.get(usual, 0.0)
    points = ChoicePoints(
        field=column,
        table={value: weight - at_usual for value, weight in table.items()},
        usual=usual,
        null=usual,
        unseen=-at_usual,
        clip=clip,
    )
    return points, at_usual
