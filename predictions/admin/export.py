"""The rows of the list as a file: on record before it begins, and at its end."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attrition.field import number_in_words
from attrition.models import HIGHEST_EMPLOYEE_ID
from predictions.admin.base import caller_of
from predictions.admin.export_form import (
    CSV,
    NDJSON,
    UNRECORDED,
    XLSX,
    ExportForm,
    too_many,
)
from predictions.admin.watched import filters_of
from predictions.admin.who_may import MayNot
from predictions.exports import sheets
from predictions.exports.cells import DIALECTS
from predictions.exports.columns import of_answer
from predictions.exports.reading import in_order, written_so_far
from predictions.exports.recording import PIECE, RecordedFile
from predictions.exports.writing import as_csv, as_ndjson
from predictions.rights import EXPORT, READS_ACCESSES, REVEAL, SURVEY
from predictions.services import LogUnavailable
from predictions.sight import Sight

MEDIA = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    NDJSON: "application/x-ndjson",
}


class Exports:
    """For the ModelAdmin of predictions: the page that asks how, and the file."""

    def get_urls(self):
        view = require_http_methods(["GET", "HEAD", "POST"])(self.export_view)
        view = self.admin_site.admin_view(view)
        return [path("export/", view, name="export_predictions"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None and request.user.has_perm(EXPORT):
            response.context_data["export_address"] = export_address(listed)
        return response

    def export_view(self, request):
        may_view = self.has_view_permission(request)
        if not (may_view and request.user.has_perm(EXPORT)):
            raise MayNot(EXPORT)
        listed = self._as_asked(request)
        if listed is None:  # the list says what is wrong
            return redirect(_list(request))
        rows = written_so_far(listed.queryset)
        form = ExportForm(
            request.POST if request.method == "POST" else None,
            may_reveal=request.user.has_perm(REVEAL),
            rows=rows,
        )
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                return self._file(request, form, in_order(rows, listed.order))
            except LogUnavailable:
                status = 503
                messages.error(request, UNRECORDED)
            except sheets.TooManyRows:  # rows that were committed meanwhile
                form.add_error("format", too_many())
        return self._asked(request, listed, form, status)

    def _as_asked(self, request):
        """The list, or None where it would leave out a filter or a search that makes
        no sense: the file would then have more than somebody asked for."""
        sent = request.GET.copy()
        for name in (PAGE_VAR, ORDER_VAR):  # whatever page one comes from
            sent.pop(name, None)
        request.GET = sent
        listed = self.get_changelist_instance(request)
        is_whole = sent == request.GET and listed.query == sent.get(SEARCH_VAR, "")
        return listed if is_whole else None

    def _asked(self, request, listed, form, status):
        accesses = reverse("admin:predictions_access_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "cl": listed,
            "title": _("Export predictions"),
            "form": form,
            "columns": ", ".join(column.title for column in of_answer()),
            "most_of_workbook": number_in_words(sheets.MOST_ROWS),
            "list_address": _list(request),
            "is_narrowed": bool(listed.query or listed.get_filters_params()),
            "may_see_survey": request.user.has_perm(SURVEY),
            "accesses": request.user.has_perm(READS_ACCESSES) and accesses,
        }
        return render(request, "admin/predictions/export.html", context, status=status)

    def _file(self, request, form, rows):
        """Raises LogUnavailable and TooManyRows: then nothing is given."""
        file = self._begun(request, form)
        seen = Sight(form.with_values, request.user.has_perm(SURVEY))
        kind, shown = form.cleaned_data["format"], file.each(rows)
        if kind == CSV:
            dialect = DIALECTS[form.cleaned_data["dialect"]]
            lines = as_csv(shown, seen, dialect)
        elif kind == NDJSON:
            lines = as_ndjson(shown, seen)
        else:
            lines = _workbook(shown, seen, _about(file.look))
        name = f"{_('predictions')}-{localdate()}.{kind}"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return StreamingHttpResponse(file.given(lines), MEDIA[kind], headers=headers)

    def _begun(self, request, form):
        term = request.GET.get(SEARCH_VAR, "").strip()
        is_number = term.isascii() and term.isdigit()
        whom = [int(term)] if is_number and int(term) <= HIGHEST_EMPLOYEE_ID else []
        return RecordedFile(
            caller_of(request),
            page=request.resolver_match.route,
            purpose=form.chosen,
            employees=whom,
            details={
                "filters": filters_of(request),
                "search": bool(term),
                "format": form.cleaned_data["format"],
                "values": form.with_values,
            },
        )


def export_address(listed):
    """Of the page for what is listed, on whatever page of the list one is."""
    query = listed.get_query_string({PAGE_VAR: None, ORDER_VAR: None})
    return reverse("admin:export_predictions") + query


def _list(request):
    address = reverse("admin:predictions_prediction_changelist")
    return f"{address}?{request.GET.urlencode()}"


def _workbook(rows, seen, about):
    """Whole before its first byte, on the disk: that is how a workbook is made."""
    with TemporaryFile() as file:
        sheets.write(file, rows, seen, about)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _about(look):
    """Lines of a workbook's second sheet."""
    return [
        _("A score is never a decision on its own."),
        _("Exported by %(user)s for: %(purpose)s.")
        % {"user": look.user_name, "purpose": look.get_purpose_display()},
        _("The access log has the filters and the SHA-256 of this file: look %(look)s.")
        % {"look": look.pk},
    ]
