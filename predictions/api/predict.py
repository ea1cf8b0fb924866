"""Scoring: `/predict` and `/predict_by_id/{employee_id}`."""

from rest_framework.request import Request
from rest_framework.response import Response

from attrition.models import Employee
from predictions.answers import answer
from predictions.api import parameters, schema
from predictions.api.base import ApiViewSet, caller
from predictions.api.bodies import features_and_id
from predictions.api.errors import NotFound
from predictions.models import Scope
from predictions.services import Record, predict

PARAMETERS = {"explain": parameters.flag}


class PredictViewSet(ApiViewSet):
    scopes = {"POST": Scope.PREDICT}
    example = staticmethod(schema.example_request)

    @schema.predict
    def create(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, PARAMETERS)
        features, employee_id = features_and_id(request.data)
        record = Record(features, employee_id)
        [row] = predict([record], caller=caller(request), **sent)
        return Response(answer(row))


class PredictByIdViewSet(ApiViewSet):
    scopes = {"POST": Scope.PREDICT}
    takes_body = False

    @schema.predict_by_id
    def create(self, request: Request, employee_id: str) -> Response:
        sent = parameters.read(request.query_params, PARAMETERS)
        pk = parameters.employee_id("employee_id", employee_id)
        employee = Employee.objects.filter(pk=pk).first()
        if employee is None:
            raise NotFound("unknown_employee", "employee_id", value=pk)
        record = Record(employee.features, pk)
        [row] = predict([record], caller=caller(request), **sent)
        return Response(answer(row))
