"""Turns a fitted scikit-learn pipeline into a scorecard, or says why it is none.

What it can compile: a ``Pipeline`` of a ``ColumnTransformer`` and a
``LogisticRegression``, where each block of columns goes through

- ``SimpleImputer``, ``MinMaxScaler(clip=True)`` and ``StandardScaler`` (numbers), or
- ``SimpleImputer`` and ``OneHotEncoder(handle_unknown="ignore")`` (everything else).

Anything else raises NotAdditive with the name of the step.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from attrition import features
from attrition.errors import NotAdditive
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
            MinMaxScaler() as clip,
            StandardScaler(with_mean=True, with_std=True) as z,
        ]:
            if not clip.clip:
                raise NotAdditive(f"{name}: MinMaxScaler must have clip=True.")
            yield from _numbers(columns, imputer, clip, z, weights)
        case [
            SimpleImputer(add_indicator=False) as imputer,
            OneHotEncoder(min_frequency=None, max_categories=None) as encoder,
        ]:
            if encoder.handle_unknown != "ignore" or encoder.drop is not None:
                raise NotAdditive(
                    f"{name}: OneHotEncoder must ignore the unknown and drop nothing."
                )
            yield from _choices(columns, imputer, encoder, weights)
        case _:
            # repr: an option can be what isn't additive, and it names those set.
            kinds = " → ".join(repr(step) for step in steps)
            raise NotAdditive(f"{name}: {kinds} can't be written as points.")


def _numbers(
    columns: list[str],
    imputer: SimpleImputer,
    clip: MinMaxScaler,
    z: StandardScaler,
    weights: Iterator[float],
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        usual = float(imputer.statistics_[i])
        # z-score of the clipped value: ((value * scale + min) - mean) / std
        slope = float(clip.scale_[i] / z.scale_[i])
        offset = float((clip.min_[i] - z.mean_[i]) / z.scale_[i])
        weight = next(weights)
        points = NumberPoints(
            field=column,
            low=float(clip.data_min_[i]),
            high=float(clip.data_max_[i]),
            weight=weight * slope,
            usual=usual,
            null=usual,
        )
        yield points, weight * (usual * slope + offset)


def _choices(
    columns: list[str],
    imputer: SimpleImputer,
    encoder: OneHotEncoder,
    weights: Iterator[float],
) -> Iterator[tuple[FieldPoints, float]]:
    for i, column in enumerate(columns):
        values = [_plain(value) for value in encoder.categories_[i]]
        table = {value: next(weights) for value in values}
        usual = _plain(imputer.statistics_[i])
        at_usual = table.get(usual, 0.0)
        points = ChoicePoints(
            field=column,
            table={value: weight - at_usual for value, weight in table.items()},
            usual=usual,
            null=usual,
            unseen=-at_usual,
        )
        yield points, at_usual


def _plain(value: Any) -> Any:
    """numpy's number as Python's, a whole one as int: it becomes JSON and a key."""
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value
