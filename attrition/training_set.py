"""The people that a model is trained on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from attrition import features
from attrition.errors import TrainingRefused
from attrition.extracts import Person
from attrition.tables import frame_of
from attrition.validation import STORABLE

FEWEST_LEAVERS = 50  # below, a fold of five holds fewer than ten to be measured on
SCORABLE = tuple(field.name for field in features.SCORABLE)


@dataclass(frozen=True)
class TrainingSet:
    """`X`: one column a scorable field, prohibited grounds too; `y`: 1 for a leaver.

    The grounds are there to measure whether a model is fair to them.
    """

    X: pd.DataFrame
    y: np.ndarray[Any, np.dtype[np.int64]]


def training_set(people: Sequence[Person]) -> TrainingSet:
    """Normalise the people's features. Raises TrainingRefused."""
    y = np.array([int(bool(person.left)) for person in people], dtype=np.int64)
    leavers = int(y.sum())
    if min(leavers, len(y) - leavers) < FEWEST_LEAVERS:
        raise TrainingRefused(
            _(
                "%(left)s of %(count)s people left: at least %(fewest)s leavers and as "
                "many who stayed are needed to measure what a model is worth."
            )
            % {"left": leavers, "count": len(y), "fewest": FEWEST_LEAVERS}
        )
    rows = [STORABLE.validate(person.features) for person in people]
    return TrainingSet(frame_of(rows, SCORABLE), y)


def fingerprint(data: TrainingSet) -> str:
    """SHA-256 of the normalised training table and its outcome, in file order."""
    table = data.X.assign(left=data.y).to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(table.encode()).hexdigest()
