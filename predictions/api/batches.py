"""Batches that are worked on after the answer: `/batches`."""

from http import HTTPStatus
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from attrition import releases
from predictions.api import parameters, schema
from predictions.api.base import BATCH_BYTES, ApiViewSet, asker
from predictions.api.batch_bodies import employee_ids, only, raise_for
from predictions.api.errors import NotFound, Refusal
from predictions.api.idempotency import caller_name
from predictions.api.pagination import NEWEST_BATCH_FIRST
from predictions.api.permissions import may
from predictions.api.uploads import FORM, KINDS, is_upload, uploaded
from predictions.batch_answers import batch_answer, batch_list
from predictions.batch_files import FORMATS
from predictions.batches import making, working
from predictions.batches.making import Asker, TooManyRows
from predictions.batches.starting import start
from predictions.models import Batch, Scope
from predictions.record_files import FileRefused, read, sound

MOST_IDS = 100_000
FILE_BYTES = 100 * 1024 * 1024
ON_ERROR = {"on_error": parameters.one_of("refuse", "skip")}


class BatchListViewSet(ApiViewSet):
    scores = True
    scopes = {"GET": Scope.PREDICT, "HEAD": Scope.PREDICT, "POST": Scope.PREDICT}
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
        return response

    def _batch(self, request: Request, sent: dict[str, Any], *, skip: bool) -> Batch:
        if not is_upload(request):
            who = asker(request, {"body": request.data, "parameters": sent})
            return once(who, lambda: of_body(request.data, who, skip=skip))
        with uploaded(request) as upload:
            who = asker(request, {"file": upload.sha256, "parameters": sent})

            def of_upload() -> Batch:
                upload.file.seek(0)
                lines = read(upload.file, upload.kind, releases.current().validator)
                return making.of_file(lines if skip else sound(lines), who)

            try:
                return once(who, of_upload)
            except FileRefused as refused:
                raise Refusal.listing(refused.problems) from None
            except TooManyRows:
                most = making.MOST_ROWS
                raise Refusal("too_many_rows", "file", most=most) from None


def of_body(body: Any, who: Asker, *, skip: bool) -> Batch:
    """The batch that a JSON body asks for. Raises Refusal."""
    sent = only(body, ("employee_ids", "all", "changed_only"))
    if "all" not in sent:
        if "changed_only" in sent or "employee_ids" not in sent:
            raise Refusal("one_of_these", "body", allowed="employee_ids, all")
        ids = employee_ids(sent["employee_ids"], MOST_IDS)
        if not skip:
            raise_for(making.unknown_employees(ids))
        return making.of_employees(ids, who)
    if "employee_ids" in sent:
        raise Refusal("one_of_these", "body", allowed="employee_ids, all")
    if sent["all"] is not True:
        raise Refusal("not_true", "all")
    changed_only = sent.get("changed_only", False)
    if not isinstance(changed_only, bool):
        raise Refusal("not_a_flag", "changed_only")
    return making.of_everyone(who, changed_only=changed_only)


def once(who: Asker, make: Any) -> Batch:
    """The batch of the caller's idempotency key, or a new one that is started.

    Raises KeyReused, BrokerUnavailable (then there is no batch) and what `make` does.
    """
    if batch := making.asked_before(who):
        return batch
    try:
        with transaction.atomic():
            batch = make()
            start(batch)
            return batch
    except IntegrityError:
        if batch := making.asked_before(who):  # by another process meanwhile
            return batch
        raise


class BatchViewSet(ApiViewSet):
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
        working.cancel(batch)
        batch.refresh_from_db()
        return Response(batch_answer(batch))

    @schema.batch_results
    def results(self, request: Request, id: str) -> StreamingHttpResponse:
        readers = {"format": parameters.one_of(*FORMATS)}
        sent = parameters.read(request.query_params, readers)
        batch = batch_of(request, id)
        media, write = FORMATS[sent.get("format", "ndjson")]
        response = StreamingHttpResponse(write(batch), content_type=media)
        response["Batch-State"] = batch.state
        return response


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
