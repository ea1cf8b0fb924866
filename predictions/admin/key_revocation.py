"""Revoking API keys: a page that names them and asks why, for one or for several."""

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from predictions.key_words import scopes_in_words, use_in_words
from predictions.models import ApiKey
from predictions.models.keys import hashed


class RevocationForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason of the revocation"),
        max_length=ApiKey._meta.get_field("revocation_reason").max_length,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_(
            "For whoever reads it later: “found in a public repository”, “the program "
            "is no longer used”. Never the key itself."
        ),
    )

    def __init__(self, *args, keys=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.secrets = {key.secret_sha256 for key in keys}

    def clean_reason(self):
        """The key is often at hand: in the clipboard of whoever revokes it."""
        reason = self.cleaned_data["reason"]
        if any(hashed(word) in self.secrets for word in reason.split()):
            raise forms.ValidationError(_("This is the key itself: say why instead."))
        return reason


def revocation_page(request, keys, form, context):
    """Nothing happens yet: the same address is posted to, with the reason."""
    rows = [(key, scopes_in_words(key.scopes), use_in_words(key)) for key in keys]
    context = {
        **context,
        "title": _("Revoke: why?"),
        "subtitle": None,
        "rows": rows,
        "form": form,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return render(request, "admin/predictions/revoke_keys.html", context)


def revoke(keys, user, reason, note):
    """Revoke those that are not, `note` it in the history of each; returns how many."""
    count = 0
    for key in keys:
        if key.revoke(by=user.get_username(), reason=reason):
            note(key, gettext("Revoked: %(reason)s") % {"reason": reason})
            count += 1
    return count
