"""The back-office's pages for what went wrong: each says what to do next."""

import math
from http import HTTPStatus

from django.contrib import admin
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _

from attrition.models import Employee
from predictions.admin.missing import NoSuchRecord
from predictions.admin.who_may import roles_in_words
from predictions.logins.lockout import LockedOut

RETRY_AFTER = 60  # seconds; the page says a minute

SITE = {"site_header": admin.site.site_header, "site_title": admin.site.site_title}
GO_BACK = _("Go back, load the page again and repeat what you did.")


def bad_request(request):
    title = _("This cannot be read")
    what = _(
        "What your browser sent makes no sense here: an address that was cut off or "
        "changed, or a form that did not arrive whole. Nothing was saved."
    )
    return _page(request, HTTPStatus.BAD_REQUEST, title, [what, GO_BACK])


def host_not_allowed(request):
    title = _("This service does not answer under this host")
    what = _(
        "The host in the address is not among ALLOWED_HOSTS. Open the address that you "
        "were given, or tell whoever runs this service."
    )
    return _page(request, HTTPStatus.BAD_REQUEST, title, [what])


def permission_denied(request, exception):
    if isinstance(exception, LockedOut):
        return _locked_out(request, exception.seconds)
    title = _("Your login may not do this")
    sentences = [roles_in_words(request, exception)]
    sentences.append(
        _("Ask whoever manages the logins of this service, and say what you need.")
    )
    return _page(request, HTTPStatus.FORBIDDEN, title, sentences)


def _locked_out(request, seconds):
    """The same whether the user exists or not."""
    title = _("Too many wrong attempts")
    wait = _("Wait %(minutes)s min, then try again. Trying meanwhile is of no use.")
    sentences = [
        _("Nobody can log in under this name from here for now."),
        wait % {"minutes": math.ceil(seconds / 60)},
        _(
            "If you are not sure of your password, ask whoever manages the logins of "
            "this service: they can give you a new one, and end the wait."
        ),
    ]
    response = _page(request, HTTPStatus.TOO_MANY_REQUESTS, title, sentences)
    response["Retry-After"] = str(seconds)
    return response


def method_not_allowed(request):
    title = _("This address is not opened in this way")
    what = _("Only a button of a page leads there. Nothing was done.")
    return _page(request, HTTPStatus.METHOD_NOT_ALLOWED, title, [what, GO_BACK])


def too_old(request):
    title = _("This page was too old")
    what = _(
        "Nothing was saved: you logged in or out in another window since the page was "
        "loaded, or your browser keeps no cookies for this site."
    )
    return _page(request, HTTPStatus.FORBIDDEN, title, [what, GO_BACK])


def not_found(request, exception):
    if isinstance(exception, NoSuchRecord):
        return _missing(request, exception)
    title = _("There is nothing at this address")
    what = _("It was mistyped or cut off, or the page is no longer there.")
    return _page(request, HTTPStatus.NOT_FOUND, title, [what])


def _missing(request, missing):
    title = _("Not found: %(what)s %(id)s")
    names = {"what": missing.opts.verbose_name, "id": missing.object_id}
    address = reverse(
        f"admin:{missing.opts.app_label}_{missing.opts.model_name}_changelist"
    )
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        title,
        _why_missing(missing.opts),
        names=names,
        links=[(address, _("Search the list"))],
    )


def _why_missing(opts):
    if opts.model is Employee:
        return [
            _("No employee is stored under this number: check it."),
            _(
                "Of an employee who was erased no page is left; their predictions stay "
                "in the log, without their data."
            ),
        ]
    if "delete" in opts.default_permissions:
        return [_("It never existed, or it was deleted.")]
    return [
        _(
            "Nothing is ever deleted from this list; of a person who was erased the "
            "rows stay, without their data. So the number was mistyped, or never given."
        ),
        _("If you have seen this record before, tell whoever runs this service."),
    ]


def too_much(request):
    title = _("That was too much at once")
    what = _(
        "The server takes no form and no file of this size. Nothing was saved: select "
        "fewer lines, or send the file in parts."
    )
    return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, title, [what])


def server_error(request):
    title = _("Something went wrong here")
    sentences = [
        _("It is not your doing, and it is on record."),
        _("Load the page you came from again to see whether anything was saved."),
        _("If it happens again, tell whoever runs this service, and give them this:"),
    ]
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _page(request, status, title, sentences, for_operator=True)


def unavailable(request):
    title = _("The database does not answer")
    sentences = [
        _("It cannot be reached, or cannot be written to, at the moment."),
        _("Nothing was saved, and nothing is shown that could not be put on record."),
        _("Wait a minute and load the page again."),
        _("If it goes on, tell whoever runs this service, and give them this:"),
    ]
    return _later(request, title, sentences)


def not_migrated(request):
    title = _("The database is not ready for this version")
    sentences = [
        _("It lacks tables or columns. Nothing was saved."),
        _("Whoever runs this service runs manage.py migrate. Give them this:"),
    ]
    return _later(request, title, sentences)


def _later(request, title, sentences):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    response = _page(request, status, title, sentences, for_operator=True)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _page(
    request, status, title, sentences, *, names=None, links=(), for_operator=False
):
    """`for_operator`: shows the request's id, and asks no database."""
    # Without this, a request that came not so far as to choose a language gets that of
    # the request before it.
    knows_user = not for_operator and hasattr(request, "user")
    with override(get_language_from_request(request)):
        context = {
            **(admin.site.each_context(request) if knows_user else SITE),
            "title": str(title) % names if names else title,
            "sentences": sentences,
            "links": links,
            "request_id": request.request_id if for_operator else None,
        }
        asked = request if knows_user else None
        text = render_to_string("errors/page.html", context, asked)
    return HttpResponse(text, status=status)
