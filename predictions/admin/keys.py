"""API keys: made with a secret that is shown once, then revoked, never deleted."""

from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.admin.base import PlainAdmin
from predictions.models import ApiKey, Scope


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"), choices=Scope, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ["owner", "scopes", "expires_at"]

    def clean_expires_at(self):
        expires_at = self.cleaned_data["expires_at"]
        is_new = expires_at and "expires_at" in self.changed_data
        if is_new and expires_at <= timezone.now():
            raise forms.ValidationError(_("This time is past."))
        return expires_at


class ChangeApiKeyForm(ApiKeyForm):
    revoke = forms.BooleanField(
        label=_("revoke"),
        required=False,
        help_text=_("The key stops working at once, for good."),
    )


@admin.register(ApiKey)
class ApiKeyAdmin(PlainAdmin):
    list_display = [
        "prefix",
        "owner",
        "may",
        "state",
        "created_at",
        "expires_at",
        "last_used_at",
    ]
    search_fields = ["owner", "prefix"]
    actions = ["revoke"]

    def get_form(self, request, obj=None, **kwargs):
        kwargs["form"] = ApiKeyForm if obj is None else ChangeApiKeyForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["owner", "scopes", "expires_at"]
        shown = ["owner", "prefix", "created_at", "last_used_at", "state"]
        if not self.has_change_permission(request, obj):
            return [*shown, "may", "expires_at", "revoked_at"]
        return [*shown, "scopes", "expires_at", "revoke"]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return ["owner", "prefix", "created_at", "last_used_at", "state", "may"]

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.revoked_at is not None:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("may"))
    def may(self, key):
        return ", ".join(key.scopes)

    @admin.display(description=_("state"))
    def state(self, key):
        if key.revoked_at is not None:
            return _("revoked")
        return _("expired") if key.is_expired else _("valid")

    def save_model(self, request, key, form, change):
        if not change:
            issued, request.shown_once = ApiKey.objects.issue(
                owner=key.owner, scopes=key.scopes, expires_at=key.expires_at
            )
            key.pk, key.prefix = issued.pk, issued.prefix
            key._state.adding = False
            return
        # Only what was edited: the key may have been revoked since it was read.
        edited = ["scopes", "expires_at"]
        if form.cleaned_data["revoke"]:
            key.revoked_at = timezone.now()
            edited.append("revoked_at")
        key.save(update_fields=edited)

    def response_add(self, request, key, post_url_continue=None):
        """The one page that shows the secret: no redirect, so that it is never kept."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new API key"),
            "key": key,
            "secret": request.shown_once,
        }
        response = TemplateResponse(request, "admin/predictions/new_key.html", context)
        return response

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request, keys):
        count = keys.filter(revoked_at=None).update(revoked_at=timezone.now())
        self.message_user(request, _("Revoked: %(count)s.") % {"count": count})
