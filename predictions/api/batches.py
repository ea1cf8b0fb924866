"""Batches that are worked on after the answer: `/batches`."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from attrition import releases
from predictions.api import parameters, schema
from predictions.api.base import BATCH_BYTES, ApiViewSet, asker, caller
from predictions.api.batch_bodies import employee_ids, only, raise_for
from predictions.api.errors import Forbidden, NotFound, Refusal
from predictions.api.idempotency import caller_name, mark
from predictions.api.pagination import NEWEST_BATCH_FIRST
from predictions.api.parsers import StrictJSONParser
from predictions.api.permissions import may
from predictions.api.renderers import BrowsableAPIRenderer, JSONRenderer
from predictions.api.uploads import FORM, KINDS, LEFT_UNREAD, is_upload, uploaded
from predictions.batch_answers import batch_answer, batch_list
from predictions.batch_files import FORMATS
from predictions.batches import making, working
from predictions.batches.making import Asker, TooManyRows
from predictions.batches.reading import answers
from predictions.batches.starting import start
from predictions.exports.recording import RecordedFile
from predictions.models import Batch, Scope
from predictions.record_files import FileRefused, read, sound

MOST_IDS = 100_000
FILE_BYTES = 100 * 1024 * 1024
OTHER_TYPES = (JSONRenderer.media_type, BrowsableAPIRenderer.media_type)
ON_ERROR = {"on_error": parameters.one_of("refuse", "skip")}


class BatchListViewSet(ApiViewSet):
    heading = _("Batches")
    scores = True
    scopes = {"GET": Scope.PREDICT, "HEAD": Scope.PREDICT, "POST": Scope.PREDICT}
    parser_classes = [StrictJSONParser, *LEFT_UNREAD]
    content_types = ("application/json", FORM, *KINDS)
    most_bytes = BATCH_BYTES
    example = staticmethod(schema.example_large_batch)

    def check_body(self, request: Request) -> None:
        # JSON is read whole into memory, a file is not.
        self.most_bytes = FILE_BYTES if is_upload(request) else BATCH_BYTES
        super().check_body(request)

    @schema.batches
    def list(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, NEWEST_BATCH_FIRST.parameters)
        return NEWEST_BATCH_FIRST.page(request, visible(request), batch_list, sent)

    @schema.post_batch
    def create(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, ON_ERROR)
        batch = self._batch(request, sent, skip=sent.get("on_error") == "skip")
        response = Response(batch_answer(batch), status=HTTPStatus.ACCEPTED)
        response["Location"] = request.build_absolute_uri(f"/batches/{batch.pk}")
        return mark(response, batch)

    def _batch(self, request: Request, sent: dict[str, Any], *, skip: bool) -> Batch:
        if not is_upload(request):
            who = asker(request, body=request.data, parameters=sent)
            return once(who, lambda: of_body(request.data, who, skip=skip))
        with uploaded(request) as upload:
            who = asker(request, file=upload.sha256, parameters=sent)

            def of_upload() -> Batch:
                lines = read(upload.file, upload.kind, releases.current().validator)
                lines = lines if skip else sound(lines)
                return making.of_file(lines, who, then=start)

            try:
                return once(who, of_upload)
            except FileRefused as refused:
                raise Refusal.listing(refused.problems) from None
            except TooManyRows:
                most = making.MOST_ROWS
                raise Refusal("too_many_rows", "file", most=most) from None


def of_body(body: Any, who: Asker, *, skip: bool) -> Batch:
    """The batch that a JSON body asks for, started. Raises Refusal."""
    sent = only(body, ("employee_ids", "all", "changed_only"))
    if ("employee_ids" in sent) == ("all" in sent):
        raise Refusal("one_of_these", "body", allowed="employee_ids, all")
    if "employee_ids" in sent:
        if "changed_only" in sent:
            raise Refusal("only_with", "changed_only", other="all")
        ids = employee_ids(sent["employee_ids"], MOST_IDS)
        if not skip:
            raise_for(making.unknown_employees(ids))
        return making.of_employees(ids, who, then=start)
    if sent["all"] is not True:
        raise Refusal("not_true", "all")
    changed_only = sent.get("changed_only", False)
    if not isinstance(changed_only, bool):
        raise Refusal("not_a_flag", "changed_only")
    return making.of_everyone(who, changed_only=changed_only, then=start)


def once(who: Asker, make: Callable[[], Batch]) -> Batch:
    """The batch of the caller's idempotency key, or a new one.

    Raises KeyReused and what `make` does.
    """
    if batch := making.asked_before(who):
        return batch
    try:
        return make()
    except IntegrityError:
        if batch := making.asked_before(who):  # by another process meanwhile
            return batch
        raise


class BatchViewSet(ApiViewSet):
    heading = _("Batch")
    scopes = {"GET": Scope.PREDICT, "HEAD": Scope.PREDICT, "POST": Scope.PREDICT}
    takes_body = False

    @schema.one_batch
    def retrieve(self, request: Request, id: str) -> Response:
        parameters.read(request.query_params, {})
        return Response(batch_answer(batch_of(request, id)))

    @schema.cancel_batch
    def cancel(self, request: Request, id: str) -> Response:
        parameters.read(request.query_params, {})
        batch = batch_of(request, id)
        if batch.caller != caller_name(request):  # whoever may read it, may only read
            raise Forbidden("not_your_batch", "id")
        working.cancel(batch, caller(request))
        batch.refresh_from_db()
        return Response(batch_answer(batch))

    def perform_content_negotiation(self, request, force=False):
        # Whoever accepts nothing but the file gets it, and an error as JSON.
        if self.action == "results" and accepted_format(request):
            return JSONRenderer(), JSONRenderer.media_type
        return super().perform_content_negotiation(request, force)

    @schema.batch_results
    def results(self, request: Request, id: str) -> StreamingHttpResponse:
        readers = {"format": parameters.one_of(*FORMATS)}
        sent = parameters.read(request.query_params, readers)
        batch = batch_of(request, id)
        name = sent.get("format") or accepted_format(request) or "ndjson"
        media, write = FORMATS[name]
        pieces: Iterable[bytes] = ()
        if request.method != "HEAD":
            file = recorded(request, batch, name)
            pieces = file.given(write(file.each(answers(batch))))
        response = StreamingHttpResponse(pieces, content_type=media)
        response["Batch-State"] = batch.state
        return response


def recorded(request: Request, batch: Batch, name: str) -> RecordedFile:
    """The results as a file on record. Raises LogUnavailable: then there is none."""
    page = request.resolver_match.route.rstrip("/")
    details = {"format": name, "batch": str(batch.pk), "values": False}
    return RecordedFile(caller(request), page=page, details=details)


def accepted_format(request: Request) -> str | None:
    """The format that `Accept` prefers, None where it prefers something else."""
    names = {media.partition(";")[0]: name for name, (media, _) in FORMATS.items()}
    preferred = request._request.get_preferred_type([*names, *OTHER_TYPES])
    return names.get(preferred or "")


def visible(request: Request) -> QuerySet[Batch]:
    """The caller's own; everybody's for whoever may read the log."""
    if may(request.user, Scope.HISTORY):
        return Batch.objects.all()
    return Batch.objects.filter(caller=caller_name(request))


def batch_of(request: Request, sent: str) -> Batch:
    pk = parameters.uuid("id", sent)
    batch = visible(request).filter(pk=pk).first()
    if batch is None:
        raise NotFound("unknown_batch", "id", value=pk)
    return batch
