"""Reading the log: `/history` and `/predictions/{id}`."""

import logging
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from attrition.errors import AttritionError, ReleaseElsewhere
from predictions import replays
from predictions.answers import explanation, replay_answer
from predictions.api import looks, parameters, schema
from predictions.api.base import ApiViewSet, caller
from predictions.api.errors import Forbidden, NotFound, Refusal
from predictions.api.pagination import NEWEST_FIRST, NEWEST_OF_SOME_FIRST, KeyOrder
from predictions.api.serializers import PredictionSerializer, prediction_list
from predictions.models import Action, Prediction, Scope, Source
from predictions.models.log import FILTERED
from predictions.services import explain
from predictions.sight import Sight

logger = logging.getLogger(__name__)

FILTERS = {
    "prediction": ("prediction", parameters.one_of("0", "1")),
    "model_version": ("model_version", parameters.text),
    "source": ("source", parameters.one_of(*Source.values)),
    "since": ("created_at__gte", parameters.moment),
    "until": ("created_at__lt", parameters.moment),
}


class HistoryViewSet(ApiViewSet):
    heading = _("Log of predictions")
    scopes = {"GET": Scope.HISTORY, "HEAD": Scope.HISTORY}

    @schema.history
    def list(self, request: Request) -> Response:
        narrowed = any(name in request.query_params for name in FILTERED)
        order = NEWEST_OF_SOME_FIRST if narrowed else NEWEST_FIRST
        return self._page(request, Prediction.objects.all(), order)

    @schema.history_of_employee
    def of_employee(self, request: Request, employee_id: str) -> Response:
        pk = parameters.employee_id("employee_id", employee_id)
        rows = Prediction.objects.filter(employee_id=pk)
        return self._page(request, rows, NEWEST_OF_SOME_FIRST)

    def _page(
        self, request: Request, rows: QuerySet[Prediction], order: KeyOrder
    ) -> Response:
        readers = {name: reader for name, (_, reader) in FILTERS.items()}
        sent = parameters.read(request.query_params, order.parameters | readers)
        lookups = {FILTERS[name][0]: sent[name] for name in sent if name in FILTERS}
        rows = rows.filter(**lookups)

        def shape(page: list[Prediction]) -> list[dict[str, Any]]:
            looks.note(request, [row.employee_id for row in page])
            return looks.masked(prediction_list(page), looks.sights_of(request, page))

        return order.page(request, rows, shape, sent)


class PredictionViewSet(ApiViewSet):
    heading = _("Prediction")
    scopes = {"GET": Scope.HISTORY, "HEAD": Scope.HISTORY, "POST": Scope.AUDIT}
    takes_body = False

    @schema.one_prediction
    def retrieve(self, request: Request, id: str) -> Response:
        sent = parameters.read(request.query_params, {"explain": parameters.flag})
        number = parameters.prediction_id("id", id)
        row = Prediction.objects.filter(pk=number).first()
        if row is None:
            raise NotFound("unknown_prediction", "id", value=number)
        [seen] = looks.sights_of(request, [row])
        if sent.get("explain") and not seen.values:
            raise Forbidden("values_masked", "explain")
        looks.note(request, [row.employee_id], prediction_id=row.pk)
        [found] = looks.masked([PredictionSerializer(row).data], [seen])
        if sent.get("explain"):
            found["explanation"] = self._explanation(row, seen)
        return Response(found)

    @schema.replay
    def replay(self, request: Request, id: str) -> Response:
        parameters.read(request.query_params, {})
        number = parameters.prediction_id("id", id)
        row = Prediction.objects.filter(pk=number).only("employee_id").first()
        if row is None:
            raise NotFound("unknown_prediction", "id", value=number)
        looks.note(
            request, [row.employee_id], action=Action.REPLAY, prediction_id=number
        )
        try:
            found = replays.replay_one(number, caller(request))
        except replays.NotReplayable as error:
            raise Refusal("not_replayable", "id", problem=str(error)) from None
        if found is None:
            raise NotFound("unknown_prediction", "id", value=number)
        replayed, event = found
        if replayed.problem:
            raise Refusal("not_replayable", "id", problem=replayed.problem.rstrip("."))
        return Response(replay_answer(replayed, event))

    def _explanation(self, row: Prediction, seen: Sight) -> dict[str, Any]:
        try:
            return explanation(explain(row), seen)
        except ReleaseElsewhere:
            raise Refusal("answered_elsewhere", "explain") from None
        except AttritionError as error:
            logger.warning("Answer %s can't be explained: %s", row.pk, error)
            version = {"version": row.model_version}
            raise Refusal("not_explainable", "explain", **version) from None
