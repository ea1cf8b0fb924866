"""Normalised values as the DataFrame that a pipeline reads."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from attrition import features
from attrition.field import Field, Kind
from attrition.scorecard import Values


def holds_text(field: Field) -> bool:
    """Whether a column of the field holds words rather than numbers."""
    return field.kind is Kind.CATEGORY or bool(field.order)


def is_number(field: Field) -> bool:
    """Whether a model may read it as a quantity; else each value is its own."""
    return field.kind in (Kind.NUMBER, Kind.PERCENT)


def frame_of(rows: Iterable[Values], columns: Sequence[str]) -> pd.DataFrame:
    """One row a person: floats, or objects where text may stand; NaN for None."""
    listed = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series(
                [np.nan if row.get(name) is None else row[name] for row in listed],
                dtype=object if holds_text(features.BY_NAME[name]) else float,
            )
            for name in columns
        }
    )


def rows_of(X: pd.DataFrame) -> list[dict[str, Any]]:
    """The way back: one mapping a row, None for NaN."""
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in X.to_dict("records")
    ]


def plain(value: Any) -> Any:
    """numpy's number as Python's, a whole one as int: it becomes JSON and a key."""
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value
