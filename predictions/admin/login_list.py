"""The list of logins says who is locked out, and who logs in with a second step."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from predictions.logins import lockout, second_step
from predictions.words import yes_or_no


class LoginList(ChangeList):
    """Looks both up for a page together."""

    def get_results(self, request):
        super().get_results(request)
        users = list(self.result_list)
        until = lockout.locked_until(user.get_username() for user in users)
        with_second_step = second_step.who_have_it(users)
        for user in users:
            user.locked_until = until.get(user.get_username())
            user.has_second_step = user.pk in with_second_step
        self.result_list = users


class ShowsWhoIsOut:
    """For the ModelAdmin of logins."""

    def get_changelist(self, request, **kwargs):
        return LoginList

    @admin.display(description=_("two-step login"))
    def two_step(self, user):
        return yes_or_no(user.has_second_step)

    @admin.display(description=_("locked out until"))
    def locked(self, user):
        if user.locked_until is None:
            return "–"
        return time_format(localtime(user.locked_until))
