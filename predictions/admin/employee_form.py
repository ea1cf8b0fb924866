"""The form of an employee, generated from the feature table."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attrition import releases
from attrition.employees import features_of
from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.features import FIELDS, SPELLINGS
from attrition.field import Field, Kind, number_in_words
from attrition.models import Employee
from attrition.validation import LONGEST_TEXT, STORABLE

EMPTY = ("", "–")


class EmployeeForm(forms.ModelForm):
    """One form field a feature; the table has the last word on what is stored."""

    class Meta:
        model = Employee
        fields = ["employee_id"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["employee_id"]  # shown, and nobody becomes somebody else
        stored = dict(features_of(self.instance))
        for spelling, name in SPELLINGS.items():
            if spelling in stored:
                stored[name] = stored.pop(spelling)
        categories = _categories()
        for field in FIELDS:
            value = stored.get(field.name)
            self.fields[field.name] = form_field(field, categories, value)
            self.initial[field.name] = _initial(field, value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        features = {
            field.name: self._as_stored(field, cleaned[field.name])
            for field in FIELDS
            if cleaned.get(field.name) not in (None, "")
        }
        try:
            STORABLE.validate(features)
        except InvalidFeatures as error:
            for problem in error.problems:
                place = problem.field if problem.field in self.fields else None
                self.add_error(place, problem.message)
        self.instance.features = features
        return cleaned

    def _as_stored(self, field: Field, value: Any) -> Any:
        """What was typed; what was already there keeps its type (669 is no "669")."""
        before = self.initial[field.name]
        return before if str(before) == value else value


def _categories() -> Any:
    try:
        return releases.current().categories
    except ReleaseRejected:
        return {}  # people can be kept up to date while no model serves


def _initial(field: Field, value: Any) -> Any:
    """The stored value as the form offers it: "M" and True are its 1."""
    if field.kind is not Kind.YES_NO or value is None:
        return value
    try:
        return STORABLE.validate({field.name: value})[field.name]
    except InvalidFeatures:
        return value


def form_field(field: Field, categories: Any, value: Any) -> forms.Field:
    """The form's field for one row of the table; never required: null is imputed."""
    options = {"label": field.label, "help_text": _help(field), "required": False}
    limits = {"min_value": field.low, "max_value": field.high}
    match field.kind:
        case Kind.CATEGORY:
            known = list(categories.get(field.name, []))
            if not known:
                return forms.CharField(max_length=LONGEST_TEXT, **options)
            # A text that is stored stays, even where the release does not know it.
            offered = known + [value] * (isinstance(value, str) and value not in known)
            choices = [EMPTY, *((name, name) for name in offered)]
            return forms.ChoiceField(choices=choices, **options)
        case Kind.YES_NO | Kind.ORDINAL:
            choices = [EMPTY, *((v, field.in_words(v)) for v in field.choices)]
            convert = str if field.order else int
            return forms.TypedChoiceField(
                choices=choices, coerce=convert, empty_value=None, **options
            )
        case Kind.NUMBER | Kind.DERIVED if field.whole:
            return forms.IntegerField(**limits, **options)
        case Kind.NUMBER | Kind.DERIVED:
            return forms.FloatField(**limits, **options)
        case _:
            return forms.CharField(max_length=LONGEST_TEXT, **options)


def _help(field: Field) -> str:
    parts = [str(part) for part in (field.unit, field.help) if str(part)]
    if field.low is not None and field.high is not None and not field.choices:
        low, high = (number_in_words(limit) for limit in (field.low, field.high))
        parts.append(f"{low} – {high}")
    if field.ground is not None:
        parts.append(str(_("prohibited ground, never scored")))
    elif not field.is_scorable:
        parts.append(str(_("recorded, never scored")))
    return ", ".join(parts)
