"""Two-step login, for whoever logs in: set it up, renew its recovery codes, end it.

Also open to who may open nothing else until it is set up (`ADMIN_TOTP_REQUIRED`).
"""

from functools import wraps

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe
from django_otp import login as remember_device

from predictions import shown_once
from predictions.logins import second_step, sessions
from predictions.logins.forms import code_field

GONE = 410
CODES = "recovery codes"  # what they wait under until they are shown


class CodeForm(forms.Form):
    otp_token = code_field(_("Code"), required=True)


def for_staff(view):
    """Whoever has logged in, also those whom the rest of the back-office waits for."""

    @never_cache
    @wraps(view)
    def inner(request, *args, **kwargs):
        if not admin.site.is_staff(request):
            return redirect_to_login(request.get_full_path(), "admin:login")
        return view(request, *args, **kwargs)

    return inner


@for_staff
@sensitive_variables("form")
def two_step(request):
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if answer := _done(request, form.cleaned_data["otp_token"]):
            return answer
        said = _("This code does not fit, or it was used already: wait for the next.")
        form.add_error("otp_token", said)
    if second_step.is_set_up(request.user):
        return _page(request, form, left=second_step.recovery_codes_left(request.user))
    device = second_step.waiting_device(request.user)
    drawn = segno.make(device.config_url, error="m")
    context = {
        # Ours from end to end: what is encoded stands in it as squares.
        "qr": mark_safe(drawn.svg_inline(omitsize=True, light="#fff")),
        "key": _in_fours(device.key),
    }
    return _page(request, form, **context)


def _page(request, form, **context):
    is_set_up = second_step.is_set_up(request.user)
    context |= {
        **admin.site.each_context(request),
        "title": _("Two-step login"),
        "form": form,
        "is_set_up": is_set_up,
        "is_held_back": not admin.site.has_permission(request),
    }
    return render(request, "admin/two_step/page.html", context)


def _in_fours(key):
    """The app's key as it is typed where no picture can be taken."""
    text = second_step.typed_key(key)
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def _done(request, code):
    """What the button says, if the code fits; None if not."""
    user = request.user
    if not second_step.is_set_up(user):
        return _set_up(request, second_step.waiting_device(user), code)
    if second_step.check(user, code) is None:
        return None
    if request.POST.get("do") == "off":
        with transaction.atomic():
            second_step.remove(user)
            _note(user, gettext("Two-step login ended."))
        messages.success(request, _("A login needs the password alone from now on."))
        return redirect("two_step")
    return _with_codes(request, gettext("New recovery codes."))


def _set_up(request, device, code):
    if not second_step.confirm(device, code):
        return None
    remember_device(request, device)
    request.session.cycle_key()
    sessions.end_others(request.user, keep=request.session.session_key)
    return _with_codes(request, gettext("Two-step login set up."))


@sensitive_variables("codes")
def _with_codes(request, message):
    with transaction.atomic():
        codes = second_step.new_recovery_codes(request.user)
        _note(request.user, message)
    shown_once.keep(request.session, CODES, " ".join(codes))
    return redirect("two_step_codes")


def _note(user, message):
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, message, single_object=True)


@for_staff
@require_safe
@sensitive_variables("codes", "context")
def recovery_codes(request):
    """410 from the second time on, as for the secret of a key."""
    codes = (shown_once.take(request.session, CODES) or "").split()
    context = {
        **admin.site.each_context(request),
        "title": _("Recovery codes"),
        "codes": codes,
        "secret": codes,  # no choice of the language here, see language.html
    }
    status = 200 if codes else GONE
    return render(request, "admin/two_step/codes.html", context, status=status)


urlpatterns = [
    path("", two_step, name="two_step"),
    path("codes/", recovery_codes, name="two_step_codes"),
]
