"""What a superuser does for who cannot log in, each with a reason, each on record."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from predictions import shown_once
from predictions.admin.base import caller_of
from predictions.admin.missing import NoSuchRecord
from predictions.logins import recovery
from predictions.models import LoginRecovery, Remedy

GONE = 410


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LoginRecovery._meta.get_field("reason").max_length,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        help_text=_("For whoever reads it later: “phone lost, called me back”."),
    )


class LetsBackIn:
    """For the ModelAdmin of logins: three actions, for superusers alone."""

    actions = ["unlock_selected", "reset_selected", "remove_two_step_selected"]

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.new_password_view))
        name = "new_login_password"
        return [path("<int:pk>/new-password/", view, name=name), *super().get_urls()]

    def has_recovery_permission(self, request):
        return request.user.is_superuser

    @admin.action(description=_("Let try again…"), permissions=["recovery"])
    def unlock_selected(self, request, users):
        said = _("They may try again at once.")
        if form := self._reason(request):
            for user in users:
                recovery.unlock(user, **form)
                self._note(request, user, Remedy.UNLOCK, form)
            self.message_user(request, said, messages.SUCCESS)
            return None
        return self._ask(request, users, _("Let try again: why?"))

    @admin.action(description=_("Remove two-step login…"), permissions=["recovery"])
    def remove_two_step_selected(self, request, users):
        if self._is_own(request, users):
            return None
        said = _("Their two-step login is removed, and they are logged out.")
        if form := self._reason(request):
            for user in users:
                recovery.remove_two_step(user, **form)
                self._note(request, user, Remedy.TWO_STEP, form)
            self.message_user(request, said, messages.SUCCESS)
            return None
        return self._ask(request, users, _("Remove two-step login: why?"))

    @admin.action(description=_("New password…"), permissions=["recovery"])
    @sensitive_variables("password")
    def reset_selected(self, request, users):
        if users.count() != 1:
            said = _("One login at a time: the new password is shown once.")
            self.message_user(request, said, messages.WARNING)
            return None
        if self._is_own(request, users):
            return None
        if form := self._reason(request):
            user = users.get()
            password = recovery.reset_login(user, **form)
            self._note(request, user, Remedy.PASSWORD, form)
            shown_once.keep(request.session, _waiting(user.pk), password)
            return redirect("admin:new_login_password", user.pk)
        return self._ask(request, users, _("New password: why?"))

    @sensitive_variables("password")
    def new_password_view(self, request, pk):
        """410 from the second time on: the password is nowhere any more."""
        if not self.has_recovery_permission(request):
            raise PermissionDenied
        user = self.get_object(request, str(pk))
        if user is None:
            raise NoSuchRecord(self.opts, pk)
        password = shown_once.take(request.session, _waiting(pk))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The new password"),
            "login": user,
            "secret": password,
        }
        status = 200 if password else GONE
        template = "admin/logins/new_password.html"
        return render(request, template, context, status=status)

    def _is_own(self, request, users):
        """Say so: the answer would go to a session that has just been ended."""
        if not users.filter(pk=request.user.pk).exists():
            return False
        said = _(
            "This is your own login, and you would be logged out: use “Change "
            "password” or “Two-step login” at the top of the page."
        )
        self.message_user(request, said, messages.WARNING)
        return True

    def _reason(self, request):
        """What `recovery` is told, once the page that asks is answered."""
        form = ReasonForm(request.POST)
        if "reason" not in request.POST or not form.is_valid():
            return None
        return {"caller": caller_of(request), "reason": form.cleaned_data["reason"]}

    def _ask(self, request, users, title):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "users": users,
            "form": ReasonForm(request.POST if "reason" in request.POST else None),
            "action": request.POST["action"],
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return render(request, "admin/logins/recover.html", context)

    def _note(self, request, user, remedy, form):
        """In the history of the login besides."""
        words = {"remedy": remedy.label, "reason": form["reason"]}
        said = gettext("Let back in (%(remedy)s): %(reason)s")
        self.log_change(request, user, said % words)


def _waiting(pk):
    return f"password {pk}"
