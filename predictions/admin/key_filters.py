"""The filters of the list of API keys, and the one by key of the list of refusals."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from predictions.models import ApiKey, KeyState, Scope

UNUSED = "unused"


class KeyStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*KeyState.choices, (UNUSED, _("valid, unused for 90 days"))]

    def queryset(self, request, keys):
        value = self.value()
        if value is None:
            return keys
        if value == UNUSED:
            return keys.long_unused()
        return keys.in_state(KeyState(value)) if value in KeyState else keys.none()


class ScopeFilter(admin.SimpleListFilter):
    title = _("scope")
    parameter_name = "scope"

    def lookups(self, request, model_admin):
        return Scope.choices

    def queryset(self, request, keys):
        return keys if self.value() is None else keys.with_scope(self.value())


class RefusedKeyFilter(admin.SimpleListFilter):
    """Refusals of one key, by its prefix and through the index of it."""

    title = _("key")
    parameter_name = "key_prefix"

    def lookups(self, request, model_admin):
        # One that was never used was never refused either.
        used = ApiKey.objects.exclude(last_used_at=None).order_by("owner", "prefix")
        return [(key.prefix, str(key)) for key in used]

    def queryset(self, request, refusals):
        if self.value() is None:
            return refusals
        return refusals.filter(key_prefix=self.value())
