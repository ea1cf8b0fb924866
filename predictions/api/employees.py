"""The people that HR has told us about: `/employees`."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from attrition.employees import put
from attrition.features import merged
from attrition.models import Employee
from attrition.validation import CHANGES, STORABLE
from predictions.api import batch_bodies, looks, parameters, schema
from predictions.api.base import BATCH_BYTES, ApiViewSet
from predictions.api.bodies import features_and_id
from predictions.api.errors import NotFound, Refusal
from predictions.api.pagination import BY_EMPLOYEE
from predictions.api.serializers import EmployeeSerializer, employee_list
from predictions.batches.at_once import MOST_ROWS
from predictions.models import Scope


class EmployeeListViewSet(ApiViewSet):
    heading = _("Employees")
    scopes = {
        "GET": Scope.EMPLOYEES_READ,
        "HEAD": Scope.EMPLOYEES_READ,
        "PUT": Scope.EMPLOYEES_WRITE,
    }
    most_bytes = BATCH_BYTES
    example = staticmethod(schema.example_employees)

    @schema.employees
    def list(self, request: Request) -> Response:
        sent = parameters.read(request.query_params, BY_EMPLOYEE.parameters)
        rows = Employee.objects.all()

        def shape(page: list[Employee]) -> list[dict[str, Any]]:
            looks.note(request, [employee.pk for employee in page])
            return employee_list(page)

        return BY_EMPLOYEE.page(request, rows, shape, sent)

    @schema.put_employees
    def update(self, request: Request) -> Response:
        parameters.read(request.query_params, {})
        stored = put(batch_bodies.employees(request.data, MOST_ROWS))
        return Response(
            {
                "created": stored.inserted,
                "replaced": stored.updated,
                "unchanged": stored.unchanged,
            }
        )


class EmployeeViewSet(ApiViewSet):
    heading = _("Employee")
    scopes = {
        "GET": Scope.EMPLOYEES_READ,
        "HEAD": Scope.EMPLOYEES_READ,
        "PUT": Scope.EMPLOYEES_WRITE,
        "PATCH": Scope.EMPLOYEES_WRITE,
    }
    shown: Employee | None = None

    def example(self) -> dict[str, Any]:
        """What a browsable form starts with: this person, once they were shown, so
        that it is on record; else somebody invented."""
        if self.shown is None:
            return schema.example_request()
        return {"features": self.shown.features}

    @schema.one_employee
    def retrieve(self, request: Request, employee_id: str) -> Response:
        parameters.read(request.query_params, {})
        pk = parameters.employee_id("employee_id", employee_id)
        employee = Employee.objects.filter(pk=pk).first()
        if employee is None:
            raise NotFound("unknown_employee", "employee_id", value=pk)
        looks.note(request, [pk])
        self.shown = employee
        return Response(EmployeeSerializer(employee).data)

    @schema.put_employee
    def update(self, request: Request, employee_id: str) -> Response:
        pk, features = self._sent(request, employee_id)
        STORABLE.validate(features)
        employee, created = Employee.objects.update_or_create(
            pk=pk, defaults={"features": features, "archived_at": None}
        )
        status = HTTPStatus.CREATED if created else HTTPStatus.OK
        return Response(EmployeeSerializer(employee).data, status=status)

    @schema.patch_employee
    def partial_update(self, request: Request, employee_id: str) -> Response:
        """Changes the fields that are sent; null takes a value away."""
        pk, features = self._sent(request, employee_id)
        CHANGES.validate(features)
        with transaction.atomic():
            employee = Employee.objects.select_for_update().filter(pk=pk).first()
            if employee is None:
                raise NotFound("unknown_employee", "employee_id", value=pk)
            # Whatever SQL put there that is no object holds no value to keep.
            stored = employee.features if isinstance(employee.features, dict) else {}
            employee.features = merged(stored, features)
            STORABLE.validate(employee.features)
            employee.save()
            looks.note(request, [pk])  # the answer shows what was not sent too
        return Response(EmployeeSerializer(employee).data)

    def _sent(self, request: Request, employee_id: str) -> tuple[int, dict[str, Any]]:
        parameters.read(request.query_params, {})
        pk = parameters.employee_id("employee_id", employee_id)
        features, sent_id = features_and_id(request.data)
        if sent_id not in (None, pk):
            raise Refusal("id_differs", "employee_id")
        return pk, features
