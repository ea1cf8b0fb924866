"""What an auditor chooses of a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attrition.field import number_in_words
from attrition.typography import reads_english
from predictions.admin.purpose import PurposeForm
from predictions.exports.sheets import MOST_ROWS

CSV, XLSX, NDJSON = "csv", "xlsx", "ndjson"
UNRECORDED = _(
    "The export could not be recorded, so there is no file. Try again in a moment."
)
NOT_OFFERED = _("Choose one of the list.")


class ExportForm(PurposeForm):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            (CSV, _("CSV, for spreadsheets and most programs")),
            (XLSX, _("XLSX, a workbook")),
            (NDJSON, _("JSON lines, for programs")),
        ],
        initial=CSV,
        widget=forms.RadioSelect,
        error_messages={"required": NOT_OFFERED, "invalid_choice": NOT_OFFERED},
    )
    dialect = forms.ChoiceField(
        label=_("How a CSV file is written"),
        choices=[
            ("semicolon", _("semicolons and decimal commas, as in French")),
            ("comma", _("commas and decimal points, as in English")),
        ],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": NOT_OFFERED},
    )
    values = forms.BooleanField(
        label=_("With the values as they were sent, a column a field"),
        required=False,
    )

    def __init__(self, *args, may_reveal, rows, **kwargs):
        """`rows` are those that the file would have."""
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.fields["dialect"].initial = "comma" if reads_english() else "semicolon"
        if not may_reveal:
            del self.fields["values"]

    def clean_format(self):
        chosen = self.cleaned_data["format"]
        if chosen == XLSX and self.rows[: MOST_ROWS + 1].count() > MOST_ROWS:
            raise too_many()
        return chosen

    def clean_dialect(self):
        return self.cleaned_data["dialect"] or self.fields["dialect"].initial

    @property
    def with_values(self):
        """Of a form that is valid."""
        return self.cleaned_data.get("values", False)


def too_many():
    sentence = _(
        "A workbook is given for %(most)s rows at most, and these are more. Narrow the "
        "list, for instance by its period, or choose CSV."
    )
    most = {"most": number_in_words(MOST_ROWS)}
    return forms.ValidationError(sentence, "too_many_rows", most)
