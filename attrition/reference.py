"""How each field's values were spread in training, to compare later people with."""

from typing import Any

import numpy as np
import pandas as pd

from attrition import features
from attrition.field import Field
from attrition.recipe import FEWEST
from attrition.tables import is_number, plain


def distributions(X: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Of every scorable field: numbers by their deciles, the rest by value.

    `null` is the share without a value, the other shares are of those who have one.
    Values of fewer than `FEWEST` people stand together as "other".
    """
    return {
        field.name: _distribution(X[field.name], field) for field in features.SCORABLE
    }


def _distribution(column: "pd.Series[Any]", field: Field) -> dict[str, Any]:
    known = column.dropna()
    found: dict[str, Any] = {"null": round(float(column.isna().mean()), 6)}
    if known.empty:
        return found
    if is_number(field):
        deciles = np.percentile(known, np.arange(10, 100, 10))
        return found | {"deciles": [round(float(value), 6) for value in deciles]}
    counts = known.value_counts().sort_index()
    common = counts[counts >= FEWEST]
    return found | {
        "shares": [[plain(v), round(n / len(known), 6)] for v, n in common.items()],
        "other": round(1 - float(common.sum()) / len(known), 6),
    }
