"""The form of an employee, generated from the feature table."""

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from attrition import releases
from attrition.employees import features_of
from attrition.errors import InvalidFeatures, Problem, ReleaseRejected
from attrition.features import FIELDS
from attrition.field import Field, Kind, number_in_words, with_unit
from attrition.models import Employee
from attrition.releases import Release
from attrition.validation import LONGEST_TEXT, STORABLE
from predictions.admin.employee_stored import StoredFeatures, digest_of, in_table
from predictions.admin.number_fields import DecimalNumber, NumberWithUnit, WholeNumber
from predictions.words import label_of

EMPTY = ("", "–")


class EmployeeForm(forms.ModelForm):
    """One form field a feature; the table has the last word on what is stored."""

    class Meta:
        model = Employee
        fields = ["employee_id"]
        error_messages = {
            "employee_id": {"unique": _("An employee with this number exists already.")}
        }

    # Of what the page showed; not required, so that its lack is told as a change is.
    digest = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = StoredFeatures(features_of(self.instance))
        if self.instance._state.adding:
            del self.fields["digest"]
            number = self.fields["employee_id"]
            number.validators.append(MinValueValidator(1))
            number.widget.attrs["min"] = 1
        else:
            del self.fields["employee_id"]  # shown, and nobody becomes somebody else
            self.initial["digest"] = digest_of(self.instance.features)
        self.stored = stored
        release = _serving()
        for field in FIELDS:
            value = stored.get(field.name)
            self.fields[field.name] = made = form_field(field, release, value)
            offered = stored.offered(field)
            # As a text field sends it back: 669 is not changed by "669".
            is_text = type(made) is forms.CharField and offered is not None
            self.initial[field.name] = str(offered) if is_text else offered

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "digest" in self.fields:
            self._refuse_if_changed(cleaned.get("digest"))
        features = self.stored.merged({f.name: cleaned.get(f.name) for f in FIELDS})
        try:
            STORABLE.validate(in_table(features))
        except InvalidFeatures as error:
            for problem in error.problems:
                place = problem.field if problem.field in self.fields else None
                self.add_error(place, _in_words(problem))
        self.instance.features = features
        return cleaned

    def _refuse_if_changed(self, shown: str | None) -> None:
        """Else what somebody else has stored meanwhile would be lost without a word."""
        found = Employee.objects.select_for_update().filter(pk=self.instance.pk)
        now = found.values_list("features", flat=True).first()
        if shown != digest_of(now):
            self.add_error(None, _changed())


def _changed() -> str:
    return gettext(
        "Nothing was stored: somebody else changed this person meanwhile. Load the "
        "page again, then make your changes."
    )


def _in_words(problem: Problem) -> str:
    """The sentence, with the field called as its label calls it."""
    if problem.code == "nothing_to_score":
        return gettext("Fill in at least one field that the model uses.")
    return Problem(label_of(problem.field), problem.code, problem.params).message


def _serving() -> Release | None:
    try:
        return releases.current()
    except ReleaseRejected:
        return None  # people can be kept up to date while no model serves


def form_field(field: Field, release: Release | None, value: Any) -> forms.Field:
    """The form's field for one row of the table; never required: null is imputed."""
    options = {
        "label": field.label,
        "help_text": _help(field, release),
        "required": False,
    }
    limits = {"min_value": field.low, "max_value": field.high}
    mode = "numeric" if field.whole else "decimal"
    box = NumberWithUnit(str(field.unit), mode)
    match field.kind:
        case Kind.CATEGORY:
            known = list(release.categories.get(field.name, [])) if release else []
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
            return WholeNumber(widget=box, **limits, **options)
        case Kind.NUMBER | Kind.DERIVED:
            return DecimalNumber(widget=box, localize=True, **limits, **options)
        case _:
            return forms.CharField(max_length=LONGEST_TEXT, **options)


def _help(field: Field, release: Release | None) -> str:
    """The range, what to write, and whether a field that needs the remark is scored."""
    parts = []
    if field.low is not None and field.high is not None and not field.choices:
        ends = {
            "low": number_in_words(field.low),
            "high": with_unit(number_in_words(field.high), str(field.unit)),
        }
        parts.append(gettext("from %(low)s to %(high)s") % ends)
    if str(field.help):
        parts.append(str(field.help))
    if field.ground:
        parts.append(gettext("prohibited ground"))
    if field.ground and release and field.name in release.scorecard.names:
        parts.append(gettext("used for the score by the release that serves"))
    elif not field.is_scorable or (field.ground and release):
        parts.append(gettext("recorded, never scored"))
    return ", ".join(parts)
