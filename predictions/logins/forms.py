"""The login page's form: all at once, and one answer to whatever is wrong."""

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _


def code_field(label: str, help_text: str = "", *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "vTextField",
            }
        ),
    )


class LoginForm(AdminAuthenticationForm):
    """Who guesses does not learn that the password was right and the code missing."""

    otp_token = code_field(
        _("Code"),
        _("Only with two-step login: the six digits of your app, or a recovery code."),
        required=False,
    )
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _(
            "User, password or code is wrong; capital and small letters differ. With "
            "two-step login each code works once, and after a wrong one the next has "
            "to wait a little."
        ),
    }

    def clean(self):
        # As Django's, with the code.
        username = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        if username is not None and password:
            self.user_cache = authenticate(
                self.request,
                username=username,
                password=password,
                otp_token=self.cleaned_data.get("otp_token", ""),
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data
