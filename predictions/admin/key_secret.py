"""The page that shows the secret of a new key, once."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from predictions import shown_once

GONE = 410


@sensitive_variables("secret", "context")
def secret_page(request, key, context):
    """410 from the second time on: the secret is nowhere any more."""
    secret = shown_once.take(request.session, str(key.pk))
    context = {
        **context,
        "title": _("The new API key"),
        "subtitle": None,
        "key": key,
        "secret": secret,
    }
    status = 200 if secret else GONE
    return render(request, "admin/predictions/new_key.html", context, status=status)
