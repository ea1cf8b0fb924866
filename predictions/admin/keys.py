"""API keys: made with a secret that is shown once, then revoked, never deleted."""

from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from predictions import shown_once
from predictions.admin.base import PlainAdmin
from predictions.admin.key_filters import KeyStateFilter, ScopeFilter
from predictions.admin.key_form import ApiKeyForm
from predictions.admin.key_history import change_in_words
from predictions.admin.key_refusals import refusals_of
from predictions.admin.key_revocation import RevocationForm, revocation_page, revoke
from predictions.admin.key_secret import secret_page
from predictions.admin.missing import NoSuchRecord
from predictions.admin.who_may import MayNot
from predictions.key_words import (
    expiry_in_words,
    moment,
    scopes_in_words,
    state_in_words,
    use_in_words,
)
from predictions.models import ApiKey, KeyState

MAY_SEE_REFUSALS = "predictions.view_refusal"
GIVEN = ["owner", "scopes", "expires_at", "never_expires"]
SHOWN = ["owner", "prefix", "state", "made", "maker", "used"]
REVOKED = ["revoked_at", "revoked_by", "revocation_reason"]


@admin.register(ApiKey)
class ApiKeyAdmin(PlainAdmin):
    form = ApiKeyForm
    change_form_template = "admin/predictions/key.html"
    list_display = [
        "prefix",
        "owner",
        "may",
        "state",
        "made",
        "maker",
        "expires",
        "used",
    ]
    show_facets = admin.ShowFacets.NEVER  # a key is in two of the states
    list_filter = [KeyStateFilter, ScopeFilter]
    search_fields = ["owner", "prefix", "created_by"]
    search_help_text = _("Owner, who made it, or the beginning of a key.")
    actions = ["revoke_selected"]

    def get_urls(self):
        admin_view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/secret/",
                admin_view(require_GET(self.secret_view)),
                name="new_api_key",
            ),
            path(
                "<int:pk>/revoke/", admin_view(self.revoke_view), name="revoke_api_key"
            ),
            *super().get_urls(),
        ]

    def get_fields(self, request, obj=None):
        if obj is None:
            return GIVEN
        if self.has_change_permission(request, obj):
            return [*SHOWN, "scopes", "expires_at", "never_expires"]
        revoked = REVOKED if obj.state is KeyState.REVOKED else []
        return [*SHOWN, "may", "expires", *revoked]

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else [*SHOWN, "may", "expires", *REVOKED]

    def get_changeform_initial_data(self, request):
        """Of a key that replaces another: what that one had, but its end."""
        like = request.GET.get("like", "")
        key = self.get_object(request, like) if like else None
        if key is None or not self.has_view_permission(request, key):
            return {}
        return {"owner": key.owner, "scopes": key.scopes}

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.state is KeyState.REVOKED:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("may"))
    def may(self, key):
        return scopes_in_words(key.scopes)

    @admin.display(description=_("state"))
    def state(self, key):
        return state_in_words(key)

    @admin.display(description=_("created"), ordering="created_at")
    def made(self, key):
        return moment(key.created_at)

    @admin.display(description=_("created by"), ordering="created_by")
    def maker(self, key):
        return key.created_by or "–"

    @admin.display(description=_("expires"), ordering="expires_at")
    def expires(self, key):
        return expiry_in_words(key)

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, key):
        return use_in_words(key)

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["title"] = capfirst(self.opts.verbose_name) if obj else _("New API key")
        context["show_save_and_add_another"] = False
        context["show_save_and_continue"] = obj is not None
        if obj is not None:
            context["may_revoke"] = self.has_change_permission(request, obj)
            if request.user.has_perm(MAY_SEE_REFUSALS):
                context["refusals"] = refusals_of(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @sensitive_variables("secret")
    def save_model(self, request, key, form, change):
        if change:
            # Only what was edited: the key may have been revoked since it was read.
            key.save(update_fields=["scopes", "expires_at"])
            return
        issued, secret = ApiKey.objects.issue(
            owner=key.owner,
            scopes=key.scopes,
            expires_at=key.expires_at,
            created_by=request.user.get_username(),
        )
        shown_once.keep(request.session, str(issued.pk), secret)
        key.pk, key.prefix = issued.pk, issued.prefix
        key._state.adding = False

    def construct_change_message(self, request, form, formsets, add=False):
        if add:
            return super().construct_change_message(request, form, formsets, add)
        return change_in_words(form) or _("Nothing changed.")

    def response_add(self, request, key, post_url_continue=None):
        return redirect("admin:new_api_key", key.pk)

    def secret_view(self, request, pk):
        key = self._key(request, pk)
        if not self.has_add_permission(request):
            raise MayNot("predictions.add_apikey")
        return secret_page(request, key, self._context(request))

    def revoke_view(self, request, pk):
        key = self._key(request, pk)
        page = reverse("admin:predictions_apikey_change", args=[pk])
        if not super().has_change_permission(request, key):
            raise MayNot("predictions.change_apikey")
        if key.state is KeyState.REVOKED:
            self.message_user(request, _("It is revoked already."), messages.WARNING)
            return redirect(page)
        return self._ask_and_revoke(request, [key], back=page) or redirect(page)

    @admin.action(description=_("Revoke the selected keys…"), permissions=["change"])
    def revoke_selected(self, request, keys):
        keys = list(keys.filter(revoked_at=None))
        if not keys:
            said = _("These keys are revoked already.")
            self.message_user(request, said, messages.WARNING)
            return None
        back = reverse("admin:predictions_apikey_changelist")
        return self._ask_and_revoke(request, keys, back, action="revoke_selected")

    def _ask_and_revoke(self, request, keys, back, action=""):
        """The page that asks why; None once it is answered and they are revoked."""
        answered = request.method == "POST" and "reason" in request.POST
        form = RevocationForm(request.POST if answered else None, keys=keys)
        if not (answered and form.is_valid()):
            context = {**self._context(request), "back": back, "action": action}
            return revocation_page(request, keys, form, context)

        def note(key, message):
            self.log_change(request, key, message)

        count = revoke(keys, request.user, form.cleaned_data["reason"], note)
        said = _("Revoked: %(count)s. No process takes them after two seconds.")
        self.message_user(request, said % {"count": count}, messages.SUCCESS)
        return None

    def _key(self, request, pk):
        if not self.has_view_permission(request):
            raise MayNot("predictions.view_apikey")
        key = self.get_object(request, str(pk))
        if key is None:
            raise NoSuchRecord(self.opts, pk)
        return key

    def _context(self, request):
        return {**self.admin_site.each_context(request), "opts": self.opts}
