"""Scoring: `/predict` and `/predict_by_id/{employee_id}`."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from attrition.models import Employee
from predictions.answers import answer
from predictions.api import parameters, schema
from predictions.api.base import ApiViewSet, caller
from predictions.api.bodies import features_and_id
from predictions.api.errors import NotFound
from predictions.api.idempotency import mark, retry_of
from predictions.api.looks import check_explained, note_score, sight_of_own
from predictions.idempotency import Retry
from predictions.models import Prediction, Scope
from predictions.services import Record, first_answer, predict

PARAMETERS = {"explain": parameters.flag}


class PredictViewSet(ApiViewSet):
    heading = _("Score an employee from features")
    scores = True
    scopes = {"POST": Scope.PREDICT}
    example = staticmethod(schema.example_request)

    @schema.predict
    def create(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, PARAMETERS)
        features, employee_id = features_and_id(request.data)
        retry = retry_of(request, {"features": features, "employee_id": employee_id})
        record = Record(features, employee_id)
        note_score(request, [employee_id])
        [row] = predict([record], caller=caller(request), retry=retry, **sent)
        return mark(Response(answer(row, sight_of_own(request))), row)


class PredictByIdViewSet(ApiViewSet):
    heading = _("Score a stored employee")
    scores = True
    scopes = {"POST": Scope.PREDICT}
    takes_body = False

    @schema.predict_by_id
    def create(self, request: Request, employee_id: str) -> Response:
        sent = parameters.read(request.query_params, PARAMETERS)
        pk = parameters.employee_id("employee_id", employee_id)
        if sent.get("explain"):
            check_explained(request)
        # Not what is stored: it may have changed since the first answer.
        retry = retry_of(request, {"predict_by_id": pk})
        employee = Employee.objects.filter(pk=pk).first()
        if employee is not None:
            record = Record(employee.features, pk)
            note_score(request, [pk])
            [row] = predict([record], caller=caller(request), retry=retry, **sent)
        elif retry is None or not (row := self._answered(retry, **sent)):
            raise NotFound("unknown_employee", "employee_id", value=pk)
        return mark(Response(answer(row, sight_of_own(request))), row)

    def _answered(self, retry: Retry, explain: bool = False) -> Prediction | None:
        """The first answer about somebody who is not stored any more."""
        return first_answer(retry, explained=explain)
