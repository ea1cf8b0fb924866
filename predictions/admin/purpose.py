"""What values are looked at for, or a score is asked for: no free text."""

from django import forms
from django.utils.translation import gettext_lazy as _

from predictions.models import Purpose

TO_SCORE = (
    Purpose.REVIEW,
    Purpose.PLANNING,
    Purpose.REQUEST,
    Purpose.CORRECTION,
    Purpose.AUDIT,
)


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("For what purpose"),
        choices=[("", "–"), *Purpose.choices],
        error_messages={
            "required": _("Choose what it is for."),
            "invalid_choice": _("Choose one of the purposes in the list."),
        },
    )

    @property
    def chosen(self):
        """Of a form that is valid."""
        return Purpose(self.cleaned_data["purpose"])


class ScorePurposeForm(PurposeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(purpose.value, purpose.label) for purpose in TO_SCORE]
        self.fields["purpose"].choices = [("", "–"), *offered]
