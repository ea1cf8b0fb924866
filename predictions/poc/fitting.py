"""Says of each row of the proof of concept whether it can be kept here, or why not.

Reasons name fields and never values.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from attrition.errors import InvalidFeatures
from attrition.features import IDENTIFIERS
from attrition.validation import STORABLE
from predictions.poc import source
from predictions.records import is_employee_id
from predictions.strict_json import RefusedJSON, parse

HIGHEST_NUMBER = 2**53
"""Of an answer: programs that read JSON with doubles know no higher one exactly."""
FIRST_TIME = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NAME = 200  # characters of a model's name
LONGEST_IDENTIFIER = 500
"""Characters. An index of PostgreSQL has no room for a row of 2,700 bytes."""


class Misfit(ValueError):
    """Why a row can't be kept; the end of a sentence that begins with its number."""


class Person(NamedTuple):
    employee_id: int
    features: Mapping[str, Any]
    created_at: datetime


class Answer(NamedTuple):
    id: int
    created_at: datetime
    employee_id: int | None
    payload: Mapping[str, Any]
    proba_depart: float
    prediction: int
    threshold: float
    model_version: str


def person(row: source.Person) -> Person:
    """Raises Misfit."""
    if not is_employee_id(row.employee_id):
        raise Misfit(_("its number is not a whole number from 1"))
    features = _json_object(row.features, "features")
    try:
        STORABLE.validate(features)
    except InvalidFeatures as error:
        # Sentences about what is stored hold no value: they name fields and limits.
        said = " ".join(problem.message for problem in error.problems)
        raise Misfit(said.rstrip(".")) from None
    return Person(row.employee_id, features, _time(row.created_at))


def answer(row: source.Answer) -> Answer:
    """Raises Misfit."""
    if not _is_whole(row.id) or not 1 <= row.id <= HIGHEST_NUMBER:
        sentence = _("its number is not a whole number from 1 to %(highest)s")
        raise Misfit(sentence % {"highest": HIGHEST_NUMBER})
    if row.employee_id is not None and not is_employee_id(row.employee_id):
        raise Misfit(_("employee_id is not a whole number from 1"))
    payload = _json_object(row.payload, "input_payload")
    _check_identifiers(payload)
    probability = _share(row.proba_depart, "proba_depart")
    threshold = _share(row.threshold, "threshold")
    if not _is_whole(row.prediction) or row.prediction not in (0, 1):
        raise Misfit(_("prediction is neither 0 nor 1"))
    if row.prediction != int(probability >= threshold):
        raise Misfit(_("prediction is not the side of threshold that proba_depart has"))
    return Answer(
        row.id,
        _time(row.created_at),
        row.employee_id,
        payload,
        probability,
        row.prediction,
        threshold,
        _name(row.model_version),
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _json_object(text: Any, column: str) -> dict[str, Any]:
    try:
        found = parse(text.encode() if isinstance(text, str) else b"")
    except (RefusedJSON, UnicodeEncodeError):
        found = None
    if not isinstance(found, dict):
        sentence = _("%(column)s is no JSON object that can be kept")
        raise Misfit(sentence % {"column": column})
    return found


def _check_identifiers(payload: Mapping[str, Any]) -> None:
    for name in IDENTIFIERS:
        sent = payload.get(name)
        text = sent if isinstance(sent, str) else json.dumps(sent)
        if len(text) > LONGEST_IDENTIFIER:
            sentence = _("%(field)s of input_payload has more than %(most)s characters")
            raise Misfit(sentence % {"field": name, "most": LONGEST_IDENTIFIER})


def _share(value: Any, column: str) -> float:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    share = float(value) if is_number else math.nan
    if not 0 <= share <= 1:
        sentence = _("%(column)s is not a number from 0 to 1")
        raise Misfit(sentence % {"column": column})
    return share


def _time(text: Any) -> datetime:
    """Without an offset it is UTC, as SQLite has it."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Misfit(_("created_at is no time")) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not FIRST_TIME <= found <= timezone.now() + timedelta(days=1):
        raise Misfit(_("created_at is before 1970 or in the future"))
    return found


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or "\0" in value:
        sentence = _("model_version is no text of at most %(most)s characters")
        raise Misfit(sentence % {"most": LONGEST_NAME})
    return value
