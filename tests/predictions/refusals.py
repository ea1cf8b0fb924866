"""What every refusal has in common: the shape, both languages, and no row."""

import json
from typing import Any

from django.http import HttpResponse
from rest_framework.test import APIClient

from predictions.models import Prediction

JSON = "application/json"


def send(
    client: APIClient,
    method: str,
    path: str,
    body: Any = b"",
    content_type: str = JSON,
    **headers: str,
) -> HttpResponse:
    """Send a request as it stands; a body that is not bytes is made into JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, path, body, content_type, headers=names)


def problems(answer: HttpResponse) -> list[tuple[str | None, str]]:
    """The (field, code) pairs of a refusal, once its shape is the documented one."""
    assert answer["Content-Type"] == JSON
    body = answer.json()
    assert body.keys() == {"detail", "errors"}
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert body["errors"]
    for error in body["errors"]:
        places = error.keys() & {"index", "line"}
        assert error.keys() == places | {"field", "code", "message"}
        assert all(isinstance(error[place], int) for place in places)
        assert error["field"] is None or isinstance(error["field"], str)
        assert isinstance(error["message"], str)
        assert "%(" not in error["message"]
    if len(body["errors"]) == 1:
        assert body["detail"] == body["errors"][0]["message"]
    return [(error["field"], error["code"]) for error in body["errors"]]


def messages(answer: HttpResponse) -> list[str]:
    body = answer.json()
    return [body["detail"], *(error["message"] for error in body["errors"])]


def assert_refused(
    client: APIClient,
    method: str,
    path: str,
    *request: Any,
    status: int = 422,
    expected: list[tuple[str | None, str]] | None = None,
    **headers: str,
) -> HttpResponse:
    """Send it in both languages: the documented answer each time, and no row.

    `expected` are the (field, code) pairs, all of them. Returns the English answer.
    """
    french = send(client, method, path, *request, Accept_Language="fr", **headers)
    english = send(client, method, path, *request, Accept_Language="en", **headers)

    assert (french.status_code, english.status_code) == (status, status)
    assert problems(french) == problems(english)
    if expected is not None:
        assert problems(english) == expected
    assert not Prediction.objects.exists()
    # Last, so that what is missing from the catalogue hides nothing else.
    for in_french, in_english in zip(messages(french), messages(english), strict=True):
        assert in_french != in_english
    return english
