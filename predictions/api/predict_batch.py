"""Scoring up to 5,000 people while the caller waits: `/predict/batch`."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import parameters, schema
from predictions.api.base import BATCH_BYTES, ApiViewSet, asker
from predictions.api.batch_bodies import people_of, raise_for
from predictions.api.idempotency import mark
from predictions.api.looks import check_explained, note_score, sight_of_own
from predictions.batch_answers import answer_at_once
from predictions.batches import at_once
from predictions.batches.working import BatchRefused
from predictions.models import Scope

PARAMETERS = {
    "explain": parameters.flag,
    "on_error": parameters.one_of("refuse", "skip"),
}


class PredictBatchViewSet(ApiViewSet):
    heading = _("Score up to 5,000 employees at once")
    scores = True
    scopes = {"POST": Scope.PREDICT}
    most_bytes = BATCH_BYTES
    example = staticmethod(schema.example_batch)

    @schema.predict_batch
    def create(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, PARAMETERS)
        people = people_of(request.data, at_once.MOST_ROWS)
        if sent.get("explain"):
            check_explained(request)
        note_score(request, [record.employee_id for record in people.records])
        try:
            answered = at_once.answer(
                people,
                asker(request, body=request.data, parameters=sent),
                skip=sent.get("on_error") == "skip",
                explained=sent.get("explain", False),
            )
        except BatchRefused as refused:
            raise_for(refused.problems)
            raise
        return mark(
            Response(answer_at_once(answered, sight_of_own(request))), answered.batch
        )
