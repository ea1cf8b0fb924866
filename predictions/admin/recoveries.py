"""Who let whom back in: read-only, also for who does not manage the logins."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from predictions.admin.base import ReadOnlyAdmin
from predictions.admin.lists import NewestFirstList, PeriodFilter
from predictions.models import LoginRecovery


@admin.register(LoginRecovery)
class LoginRecoveryAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "login", "remedy", "user_name", "way", "reason"]
    list_filter = [("created_at", PeriodFilter)]
    sortable_by = ["created_at"]
    fields = [*list_display, "request_id"]

    def get_changelist(self, request, **kwargs):
        return NewestFirstList

    @admin.display(description=_("way"))
    def way(self, row):
        return row.get_source_display()
