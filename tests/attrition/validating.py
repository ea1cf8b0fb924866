"""Asking the table about one value or one payload, and how it refuses."""

import pytest

from attrition.errors import InvalidFeatures, Problem
from attrition.field import Field
from attrition.validation import STORABLE, Validator

COMPANY = Validator({"departement": ["Atelier", "Boutique"], "poste": ["Ébéniste"]})
"""What a release with these categories accepts."""


def of(fields):
    return pytest.mark.parametrize("field", fields, ids=lambda field: field.name)


def beside(field: Field) -> dict:
    """A payload in which only `field` can be what is wrong."""
    name = "age" if field.name == "nb_formations_suivies" else "nb_formations_suivies"
    return {name: 20}


def value_of(field: Field, sent, validator: Validator = STORABLE):
    return validator.validate({**beside(field), field.name: sent})[field.name]


def problems_of(payload: dict, validator: Validator = STORABLE) -> tuple[Problem, ...]:
    with pytest.raises(InvalidFeatures) as caught:
        validator.validate(payload)
    return caught.value.problems


def refusal(field: Field, sent, validator: Validator = STORABLE) -> str:
    """The code with which `sent` is refused, and it alone."""
    [problem] = problems_of({**beside(field), field.name: sent}, validator)
    assert problem.field == field.name
    return problem.code
