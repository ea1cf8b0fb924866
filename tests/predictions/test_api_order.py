"""What is told first, when several things are wrong with one request."""

from itertools import combinations
from typing import Any

import pytest
from rest_framework.test import APIClient

from predictions.models import Prediction, Scope
from tests.factories import make_key
from tests.predictions.refusals import problems, send

# The documented order; each changes a good request, and they can be combined.
WRONG: dict[str, tuple[int, dict[str, Any]]] = {
    "unknown path": (404, {"path": "/nowhere/669"}),
    "no key": (401, {"key": None}),
    "wrong method": (405, {"method": "DELETE"}),
    "missing scope": (403, {"key": Scope.EMPLOYEES_READ}),
    "another format": (406, {"accept": "application/xml"}),
    "another content type": (415, {"content_type": "text/plain"}),
    "a large body": (413, {"padding": 1024 * 1024}),
    "an unknown parameter": (422, {"query": "?zzz=1"}),
    "a bad body": (422, {"body": '{"features": {"age": 300}}'}),
    "an unknown employee": (404, {"path": "/employees/670"}),
}
NOT_TOGETHER = {("no key", "missing scope"), ("unknown path", "an unknown employee")}
PAIRS = [pair for pair in combinations(WRONG, 2) if pair not in NOT_TOGETHER]


def ask(*wrong: str):
    """Change employee 669, with these things wrong."""
    request: dict[str, Any] = {
        "method": "PATCH",
        "path": "/employees/669",
        "query": "",
        "key": Scope.EMPLOYEES_WRITE,
        "accept": "application/json",
        "content_type": "application/json",
        "body": '{"features": {"age": 30}}',
        "padding": 0,
    }
    for name in wrong:
        request |= WRONG[name][1]
    headers = {"Accept": request["accept"]}
    if request["key"]:
        headers["X_API_Key"] = make_key(request["key"])[1]
    return send(
        APIClient(),
        request["method"],
        request["path"] + request["query"],
        request["body"].encode().ljust(request["padding"] + 100),
        request["content_type"],
        **headers,
    )


def test_the_request_is_good_when_nothing_is_wrong(employee):
    assert ask().status_code == 200


@pytest.mark.parametrize("wrong", WRONG)
def test_each_is_told_by_itself(employee, wrong):
    answer = ask(wrong)

    assert answer.status_code == WRONG[wrong][0]
    assert problems(answer)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_of_two_things_the_earlier_is_told(employee, first, second):
    answer = ask(second, first)

    assert answer.status_code == WRONG[first][0]
    assert problems(answer) == problems(ask(first))
    assert not Prediction.objects.exists()


def test_as_each_is_repaired_the_next_is_told(employee):
    names = [name for name in WRONG if name not in ("unknown path", "missing scope")]

    told = [ask(*names[start:]).status_code for start in range(len(names))]

    assert told == [WRONG[name][0] for name in names]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health", 200),
        ("/history", 200),
        ("/history/669", 200),
        ("/history/0", 422),
        ("/predictions/1", 404),
        ("/employees", 200),
        ("/employees/669", 200),
        ("/employees/670", 404),
        ("/nowhere", 404),
        ("/predict", 405),
        ("/docs", 200),
        ("/openapi.json", 200),
    ],
)
def test_head_answers_as_get_does_without_a_body(api, employee, path, status):
    head = api.head(path)
    get = api.get(path)

    assert head.status_code == get.status_code == status
    assert head.content == b""
    assert head["Content-Type"] == get["Content-Type"]


@pytest.mark.parametrize(
    "path",
    ["/health", "/predict", "/predict_by_id/669", "/history", "/employees/669"],
)
def test_options_is_a_wrong_method(api, path):
    answer = api.options(path)

    assert answer.status_code == 405
    assert problems(answer) == [(None, "method_not_allowed")]
    assert "Access-Control-Allow-Origin" not in answer
