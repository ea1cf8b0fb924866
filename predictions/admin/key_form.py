"""The form of an API key: its scopes explained, and an end unless it is refused."""

from datetime import timedelta

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from predictions.key_words import EXPLAINED
from predictions.models import ApiKey, Scope

USUAL_LIFE = timedelta(days=365)


def scope_choices():
    """Each scope with what it lets a program do, and by which calls."""
    return [(scope.value, _choice(scope)) for scope in Scope]


def _choice(scope):
    explained = EXPLAINED[scope]
    calls = format_html_join(", ", "<code>{}</code>", ((c,) for c in explained.calls))
    return format_html(
        '<b>{}</b> <code>{}</code><span class="scope-help">{}</span>'
        '<span class="scope-help">{} {}</span>',
        scope.label,
        scope.value,
        explained.words,
        _("Calls:"),
        calls,
    )


def usual_expiry():
    """A year from now, to the minute: what the form offers is not cut off by it."""
    return timezone.now().replace(second=0, microsecond=0) + USUAL_LIFE


class ExpiryWidget(AdminSplitDateTime):
    """Django's, whose two fields have no names for a screen reader."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = (_("Date of expiry"), _("Time of expiry"))
        for widget, name in zip(self.widgets, names, strict=True):
            widget.attrs["aria-label"] = name


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=scope_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No more than the program needs."),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"), required=False, widget=ExpiryWidget
    )
    never_expires = forms.BooleanField(
        label=_("Never expires"),
        required=False,
        help_text=_(
            "Only where nobody can replace the key in time: a key that leaks then "
            "works until somebody notices and revokes it."
        ),
    )

    class Meta:
        model = ApiKey
        fields = ["owner", "scopes", "expires_at"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial.setdefault("expires_at", usual_expiry())
        else:
            self.initial["never_expires"] = self.instance.expires_at is None

    def clean(self):
        cleaned = super().clean()
        if "expires_at" in cleaned:  # else its own error stands there
            self._clean_expiry(cleaned)
        return cleaned

    def _clean_expiry(self, cleaned):
        expires_at, never = cleaned["expires_at"], cleaned.get("never_expires")
        is_new = "expires_at" in self.changed_data
        if never and expires_at and is_new:
            self.add_error("never_expires", _("A time is given: clear one of the two."))
        elif never:
            cleaned["expires_at"] = None
        elif expires_at is None:
            self.add_error("expires_at", _("Give a time, or tick “never expires”."))
        elif is_new and expires_at <= timezone.now():
            self.add_error("expires_at", _("This time is past."))
