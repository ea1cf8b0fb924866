"""Rows that an auditor looks for and that are few: conditions, each with its index.

A condition is written out in SQL without parameters: that is how both databases see
that an index which holds only such rows answers it.
"""

from typing import Any

from django.db import models
from django.db.models import F, Func, Q

from predictions.models.newest import NewestIndex

CLOSE = 0.05
"""Probabilities at most this far from their threshold may as well be on its other side:
a card's intervals are about as wide."""

WARNED = ("out_of_range", "rare_value", "thin_evidence")
"""What one row may be warned of; `demonstration_model` is true of a whole release."""


class CloseToThreshold(Func):
    """Of the columns `proba_depart` and `threshold`."""

    # 0.4 − 0.35 is a little more than 0.05 in binary, 0.35 − 0.3 a little less.
    template = f"ABS(%(expressions)s) <= {CLOSE + 1e-9}"
    arg_joiner = " - "
    output_field = models.BooleanField()

    def __init__(self, *columns: Any) -> None:
        super().__init__(*(columns or (F("proba_depart"), F("threshold"))))


class HasWarning(Func):
    """Whether the column `warnings` holds this code, one of `WARNED`."""

    output_field = models.BooleanField()

    def __init__(self, column: Any, code: str) -> None:
        if code not in WARNED:
            raise ValueError(f"{code} is none of {WARNED}")
        super().__init__(column, code=code)

    def as_sql(self, compiler: Any, connection: Any, **kwargs: Any) -> Any:
        if connection.vendor == "postgresql":
            template = """%(expressions)s @> '[{"code": "%(code)s"}]'::jsonb"""
        else:
            template = """INSTR(%(expressions)s, '"%(code)s"') > 0"""
        return super().as_sql(compiler, connection, template=template, **kwargs)


def few(condition: Func, name: str) -> NewestIndex:
    """The index of the rows that a condition is true of, newest first."""
    return NewestIndex(fields=["created_at", "id"], condition=Q(condition), name=name)
