"""The import of the three extracts: files, a preview that stores nothing, the word."""

import csv
import io

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from attrition import imports
from attrition.employees import TooManyGone
from attrition.field import Extract, number_in_words
from attrition.imports import Caller, NothingWaits, Outdated
from attrition.models import ImportWay
from attrition.typography import reads_english
from predictions.admin import import_preview
from predictions.admin.import_forms import ConfirmForm, UploadForm
from predictions.admin.upload_limit import LARGEST, SizeLimit
from predictions.admin.who_may import MayNot
from predictions.exports.cells import harmless
from predictions.models import Action
from technova.uploads import keeping

MOST_REFUSED = 200  # on the page; the file has more
AT = "import/<uuid:number>/"


class ImportPages:
    """For the ModelAdmin of employees; only who uploaded something sees what it is."""

    def get_urls(self):
        view = self.admin_site.admin_view
        preview = view(require_safe(self.preview_view))
        confirm = view(require_POST(self.confirm_view))
        cancel = view(require_POST(self.cancel_view))
        refused = view(require_safe(self.refused_view))
        return [
            path("import/", view(self.upload_view), name="import_extracts"),
            path(AT, preview, name="import_preview"),
            path(f"{AT}confirm/", confirm, name="import_confirm"),
            path(f"{AT}cancel/", cancel, name="import_cancel"),
            path(f"{AT}refused.csv", refused, name="import_refused"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        context = {"may_import": self.has_import_permission(request)}
        return super().changelist_view(request, context | (extra_context or {}))

    # The token stands in the body, which is only read once the limit is in place.
    @csrf_exempt
    def upload_view(self, request):
        self._check(request)
        limit = SizeLimit(request, fields=Extract)
        request.upload_handlers = [limit, *keeping(request)]
        return csrf_protect(self._upload)(request, limit)

    def _upload(self, request, limit):
        if request.method != "POST":
            return self._upload_page(request, UploadForm())
        files = request.FILES  # read now: only then it is known what is too large
        form = UploadForm(request.POST, files, limit=limit)
        if not form.is_valid():
            return self._upload_page(request, form)
        waiting, located = imports.wait(
            form.sent(),
            user_id=request.user.pk,
            complete=form.cleaned_data["complete"],
        )
        if not located:
            return redirect("admin:import_preview", waiting.pk)
        of_lines = form.add_problems(located)
        return self._upload_page(request, form, waiting=waiting, refused=of_lines)

    def _upload_page(self, request, form, *, waiting=None, refused=()):
        shown = [
            (item.file, item.line, item.problem.field, item.problem.message)
            for item in refused[:MOST_REFUSED]
        ]
        context = self._context(
            request,
            title=_("Import the extracts"),
            form=form,
            waiting=waiting,
            refused=shown,
            refused_count=number_in_words(len(refused)),
            shown_count=number_in_words(len(shown)),
            has_more=len(refused) > len(shown),
            most=number_in_words(LARGEST // (1024 * 1024)),
        )
        return render(request, "admin/attrition/employee/import.html", context)

    def preview_view(self, request, number):
        self._check(request)
        try:
            waiting = imports.waiting_of(request.user.pk, number)
        except NothingWaits:
            return self._nothing_waits(request)
        if not waiting.people:
            return redirect("admin:import_extracts")
        return self._preview_page(request, waiting)

    def _preview_page(self, request, waiting, form=None):
        content = import_preview.content(waiting)
        self.note(request, Action.LIST, employees=content["people_shown"])
        context = self._context(
            request,
            title=_("Preview of the import: nothing is stored yet"),
            waiting=waiting,
            form=form or ConfirmForm(),
            digest=content["plan"].digest,
            gone_count=number_in_words(len(content["plan"].gone)),
            active_count=number_in_words(content["plan"].active),
            **content,
        )
        return render(request, "admin/attrition/employee/import_preview.html", context)

    def confirm_view(self, request, number):
        """Store what was previewed, or show what would be stored by now."""
        self._check(request)
        form = ConfirmForm(request.POST)
        form.is_valid()
        try:
            stored = imports.confirm(
                number,
                user_id=request.user.pk,
                caller=Caller(ImportWay.ADMIN, request.user.get_username()),
                digest=form.cleaned_data.get("digest", ""),
                force=form.cleaned_data["force"],
            )
        except NothingWaits:
            return self._nothing_waits(request)
        except Outdated:
            messages.warning(request, _outdated())
            return redirect("admin:import_preview", number)
        except TooManyGone:
            form.add_error("force", _("Tick this box, or cancel the import."))
            waiting = imports.waiting_of(request.user.pk, number)
            return self._preview_page(request, waiting, form)
        messages.success(request, _outcome(stored))
        return redirect("admin:attrition_employee_changelist")

    def cancel_view(self, request, number):
        self._check(request)
        imports.cancel(number, request.user.pk)
        messages.info(request, _("The import is cancelled: nothing was stored."))
        return redirect("admin:attrition_employee_changelist")

    def refused_view(self, request, number):
        """All that is wrong with the files that were sent, as a file."""
        self._check(request)
        try:
            waiting = imports.waiting_of(request.user.pk, number)
        except NothingWaits:
            return self._nothing_waits(request)
        headers = {"Content-Disposition": 'attachment; filename="refused.csv"'}
        content = _refused_file(waiting).encode("utf-8-sig")
        return HttpResponse(content, "text/csv; charset=utf-8", headers=headers)

    def _check(self, request):
        if not self.has_import_permission(request):
            raise MayNot("attrition.add_employee")

    def _nothing_waits(self, request):
        text = _(
            "Nothing waits here: the import was confirmed or cancelled, or it waited "
            "for more than an hour. Upload the files again."
        )
        messages.warning(request, text)
        return redirect("admin:import_extracts")

    def _context(self, request, **more):
        return {**self.admin_site.each_context(request), "opts": self.opts, **more}


def _outdated():
    return _(
        "Nothing was stored: somebody has changed employees meanwhile. This is what "
        "would be done now: look at it again."
    )


def _outcome(stored):
    text = _(
        "The import is stored. Added: %(inserted)s, changed: %(updated)s, unchanged: "
        "%(unchanged)s, archived: %(archived)s."
    )
    names = ("inserted", "updated", "unchanged", "archived")
    return text % {name: number_in_words(getattr(stored, name)) for name in names}


def _refused_file(waiting):
    """As the reader's spreadsheet opens it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="," if reads_english() else ";")
    writer.writerow([_("File"), _("Line"), _("Column"), _("Reason")])
    for cells in waiting.problems:
        writer.writerow([harmless(c) if isinstance(c, str) else c for c in cells])
    return text.getvalue()
