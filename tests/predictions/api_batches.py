"""Asking /batches over HTTP, and reading what became of it."""

import csv
import io
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.test import APIClient

from predictions.batches import working
from predictions.models import Batch
from tests.factories import EmployeeFactory, seed_features
from tests.predictions.refusals import send

KEY = {"Idempotency_Key": "0c2a3e7f-1f06-4f0e-9d59-6d112f0c7a52"}
CSV, NDJSON = "text/csv", "application/x-ndjson"
PEOPLE = b"employee_id;revenu_mensuel;poste\n7;3000,5;Consultant\n8;2500;\n9;4000;\n"
BAD_LINE = b"employee_id,revenu_mensuel\n7,3000\n8,-1\n9,4000\n"


def people(count: int) -> list[int]:
    return [
        EmployeeFactory(
            employee_id=number,
            features=seed_features() | {"revenu_mensuel": 1000 + 7 * number},
        ).pk
        for number in range(1, count + 1)
    ]


def work() -> None:
    """What the thread, or Celery's workers, would do."""
    for batch in Batch.objects.open():
        while working.work_on(batch) is not None:
            pass


def post(api: APIClient, body: Any, kind: str = "application/json", query: str = ""):
    return send(api, "POST", f"/batches{query}", body, kind)


def form(content: bytes, name: str = "people.csv", **fields: Any) -> tuple[bytes, str]:
    """A form with one file, as a browser sends it."""
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    return encode_multipart(BOUNDARY, {"file": file, **fields}), MULTIPART_CONTENT


def state(api: APIClient, answer: HttpResponse) -> dict[str, Any]:
    found = api.get(answer["Location"])
    assert found.status_code == 200
    return found.json()


def results(api: APIClient, answer: HttpResponse, **headers: str) -> list[dict]:
    found = send(api, "GET", f"{answer['Location']}/results", **headers)
    assert found["Content-Type"] == NDJSON
    return [json.loads(line) for line in found.getvalue().splitlines()]


def table(api: APIClient, answer: HttpResponse, **headers: str) -> list[dict[str, str]]:
    found = send(api, "GET", f"{answer['Location']}/results?format=csv", **headers)
    assert found["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(found.getvalue().decode(), newline="")))
