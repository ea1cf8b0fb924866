"""The feature table as JSON Schema, for OpenAPI: one property a field."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attrition import releases
from attrition.errors import ReleaseRejected
from attrition.features import FIELDS, SPELLINGS
from attrition.field import Field, Kind
from attrition.releases import Release
from attrition.validation import LONGEST_TEXT, Categories

SHORT_TEXT = {"type": "string", "maxLength": LONGEST_TEXT}
# The table's own help is for the form, which sends texts.
PAY_RISE = _('as a text "11 %", as a number 11 or, as a fraction below 1, 0.11')


def feature_schema() -> dict[str, Any]:
    """The schema of `features`; categories are those of the release that serves."""
    release = _current()
    categories = release.categories if release else {}
    return _schema(release, categories) | {"minProperties": 1}


def stored_schema() -> dict[str, Any]:
    """Of an employee: what no release knows may be stored."""
    return changes_schema() | {"minProperties": 1}


def changes_schema() -> dict[str, Any]:
    """Of a change, which may take every value away that it names."""
    return _schema(_current(), {})


def _current() -> Release | None:
    try:
        return releases.current()
    except ReleaseRejected:
        return None  # the call answers 503; its description still stands


def _schema(release: Release | None, categories: Categories) -> dict[str, Any]:
    properties = {field.name: _property(field, release, categories) for field in FIELDS}
    for spelling, name in SPELLINGS.items():
        properties[spelling] = {**properties[name], "description": f"= `{name}`"}
    return {
        "type": "object",
        "description": _(
            "A missing or null field that the model scores is imputed and "
            "named in `missing_features`."
        ),
        "properties": properties,
        "additionalProperties": False,
        "allOf": [
            {"not": {"required": [spelling, name]}}
            for spelling, name in SPELLINGS.items()
        ],
        "example": example_features(),
    }


def example_features() -> dict[str, Any]:
    """The example of every field."""
    return {field.name: field.example for field in FIELDS}


def _property(
    field: Field, release: Release | None, categories: Categories
) -> dict[str, Any]:
    return {
        **_type(field, categories.get(field.name)),
        "title": str(field.label),
        "description": _description(field, release),
        "examples": [field.example],
    }


def _description(field: Field, release: Release | None) -> str:
    help_ = PAY_RISE if field.kind is Kind.PERCENT else field.help
    parts = [str(part) for part in (field.label, field.unit, help_) if str(part)]
    if field.actionable:
        parts.append(gettext("an employer can change it"))
    if field.ground:
        ground = gettext(
            "prohibited ground: %(ground)s (Code du travail, art. L. 1132-1)"
        )
        parts.append(ground % {"ground": field.ground})
    if field.ground and release and field.name in release.scorecard.names:
        parts.append(gettext("used for the score by the release that serves"))
    elif not field.is_scorable or (field.ground and release):
        parts.append(gettext("taken and recorded, never used for the score"))
    return ", ".join(parts) + "."


def _type(field: Field, categories: Sequence[str] | None) -> dict[str, Any]:
    limits = {"minimum": field.low, "maximum": field.high}
    number = {"type": ["number", "null"]}
    number |= {name: limit for name, limit in limits.items() if limit is not None}
    match field.kind:
        case Kind.CATEGORY:
            if categories:
                return {"type": ["string", "null"], "enum": [*categories, None]}
            return {**SHORT_TEXT, "type": ["string", "null"], "minLength": 1}
        case Kind.ORDINAL if field.order:
            return {"type": ["string", "null"], "enum": [*field.order, None]}
        case Kind.YES_NO:
            text = {"type": "string", "pattern": _any_case(field)}
            return {"anyOf": [{"enum": [0, 1, True, False, None]}, text]}
        case Kind.PERCENT:
            text = {
                "type": "string",
                "pattern": r"^\s*[+\-−]?\s*\d{1,4}([.,]\d{1,9})?\s*%?\s*$",
            }
            return {"anyOf": [number, text]}
        case Kind.IDENTIFIER:
            text = {**SHORT_TEXT, "minLength": 1}
            return {"anyOf": [text, {"type": ["integer", "null"]}]}
        case Kind.CONSTANT:
            scalar = {"type": ["number", "boolean", "null"]}
            return {"anyOf": [SHORT_TEXT, scalar]}
        case _:
            return number | ({"multipleOf": 1} if field.whole else {})


def _any_case(field: Field) -> str:
    """A pattern for a yes/no field's words: ECMA 262 has no flag inside a pattern."""
    words = [
        "".join(f"[{c.upper()}{c}]" for c in word) for word in (*field.zero, *field.one)
    ]
    return f"^\\s*({'|'.join(words)})\\s*$"
