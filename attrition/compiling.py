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

from collections.abc import Iterator
from typing import Any

import numpy as np
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


def compile_scorecard(pipeline: Pipeline) -> Scorecard:
    """Return the scorecard whose logit is the pipeline's decision function."""
    columns, model = _two_steps(pipeline)
    weights = iter(model.coef_[0].tolist())
    base = float(model.intercept_[0])
    found: dict[str, FieldPoints] = {}
    # A ColumnTransformer puts its blocks' outputs side by side, in this order.
    for name, block, block_columns in columns.transformers_:
        if block == "drop":
            continue
        for item, at_usual in _block(name, block, block_columns, weights):
            found[item.field] = item
            base += at_usual
    ordered = [found[f.name] for f in features.FIELDS if f.name in found]
    return Scorecard(base, tuple(ordered))


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
        "A scorecard is a ColumnTransformer (the remainder dropped, no weights) and a "
        f"LogisticRegression, not: {names}."
    )


def _block(
    name: str, block: Any, columns: list[str], weights: Iterator[float]
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
            transform = "sqrt" if root else "none"
            yield from _numbers(columns, imputer, unit, transform, z, weights)
        case [
            SimpleImputer(add_indicator=False) as imputer,
            OneHotEncoder() as encoder,
        ] if _is_plain(encoder):
            yield from _choices(columns, imputer, encoder, weights)
        case [
            SimpleImputer(add_indicator=False) as imputer,
            FunctionTransformer(
                func=np.clip, kw_args={"a_min": lows, "a_max": highs, **rest}
            ),
            OneHotEncoder() as encoder,
        ] if _is_plain(encoder) and not rest:
            ends = _ends(name, columns, lows, highs)
            yield from _stepped(columns, imputer, ends, encoder, weights)
        case _:
            # repr: an option can be what isn't additive, and it names those set.
            kinds = " → ".join(" ".join(repr(step).split()) for step in steps)
            raise NotAdditive(
                f"{name}: {kinds} can't be written as points. What can: "
                "SimpleImputer → MinMaxScaler(clip=True) → StandardScaler, with "
                "FunctionTransformer(numpy.sqrt) before the last or not; SimpleImputer "
                "→ OneHotEncoder(handle_unknown='ignore'), with "
                "FunctionTransformer(numpy.clip) before the last or not."
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
    columns: list[str],
    imputer: SimpleImputer,
    unit: MinMaxScaler,
    transform: str,
    z: StandardScaler,
    weights: Iterator[float],
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        usual = float(imputer.statistics_[i])
        weight = next(weights)
        points = NumberPoints(
            field=column,
            low=float(unit.data_min_[i]),
            high=float(unit.data_max_[i]),
            scale=float(unit.scale_[i]),
            offset=float(unit.min_[i]),
            transform=transform,
            weight=weight / float(z.scale_[i]),
            usual=usual,
            null=usual,
        )
        yield points, points.weight * (points.at_usual - float(z.mean_[i]))


def _choices(
    columns: list[str],
    imputer: SimpleImputer,
    encoder: OneHotEncoder,
    weights: Iterator[float],
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        table = {_plain(value): next(weights) for value in encoder.categories_[i]}
        yield _relative(column, table, _plain(imputer.statistics_[i]), clip=None)


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
            f"{name}: FunctionTransformer(numpy.clip) needs a finite a_min and a_max "
            f"for each of {', '.join(columns)}, or one for all."
        )
    return [(float(low), float(high)) for low, high in zip(*table, strict=True)]


def _stepped(
    columns: list[str],
    imputer: SimpleImputer,
    ends: list[tuple[float, float]],
    encoder: OneHotEncoder,
    weights: Iterator[float],
) -> Iterator[tuple[FieldPoints, float]]:
    for i, (column, (low, high)) in enumerate(zip(columns, ends, strict=True)):
        table = {_plain(value): next(weights) for value in encoder.categories_[i]}
        # A constant for the missing is clipped too: it passes the same way.
        usual = _plain(min(max(imputer.statistics_[i], low), high))
        yield _relative(column, table, usual, clip=(float(low), float(high)))


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


def _plain(value: Any) -> Any:
    """numpy's number as Python's, a whole one as int: it becomes JSON and a key."""
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value
