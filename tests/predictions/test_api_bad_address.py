"""Parameters, paths and methods that can't be get the documented refusal."""

import pytest

from attrition.features import FIELDS, SCORABLE
from tests.predictions.refusals import assert_refused, problems, send
from tests.predictions.routes import CLOSED, good_body
from tests.predictions.samples import BAD

LISTS = ["/history", "/history/669", "/employees"]


@pytest.mark.parametrize(
    "limit", ["", "0", "-1", "501", "abc", "1e3", "5.0", "%205", "+5", "%00", "9" * 30]
)
@pytest.mark.parametrize("path", LISTS)
def test_a_limit_that_is_none_is_refused(api, path, limit):
    answer = assert_refused(
        api, "GET", f"{path}?limit={limit}", expected=[("limit", "not_in_range")]
    )

    assert "500" in answer.json()["detail"]


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_twice_is_refused(api, path):
    assert_refused(
        api,
        "GET",
        f"{path}?limit=5&limit=5",
        expected=[("limit", "repeated_parameter")],
    )


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("prediction=2", ("prediction", "not_a_choice")),
        ("prediction=", ("prediction", "not_a_choice")),
        ("prediction=true", ("prediction", "not_a_choice")),
        ("source=fax", ("source", "not_a_choice")),
        ("source=API", ("source", "not_a_choice")),
        ("source=", ("source", "not_a_choice")),
        ("model_version=", ("model_version", "missing")),
        ("model_version=%00", ("model_version", "missing")),
        ("since=", ("since", "not_a_time")),
        ("since=yesterday", ("since", "not_a_time")),
        ("since=2026-13-01", ("since", "not_a_time")),
        ("since=2026-02-30", ("since", "not_a_time")),
        ("since=2026-01-01T25:00", ("since", "not_a_time")),
        ("since=1767225600", ("since", "not_a_time")),
        ("until=31/01/2026", ("until", "not_a_time")),
        ("until=2026-01-01T00:00:00%2B99:00", ("until", "not_a_time")),
        ("until=0001-01-01T00:00:00%2B14:00", ("until", "not_a_time")),
        ("until=9999-12-31T23:59:59-14:00", ("until", "not_a_time")),
        ("until=2026-01-01%00", ("until", "not_a_time")),
        ("cursor=", ("cursor", "not_a_cursor")),
        ("cursor=abc", ("cursor", "not_a_cursor")),
        ("cursor=5", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z_", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z_0", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00_5", ("cursor", "not_a_cursor")),
        ("cursor=2026-01-01T00:00:00Z_9223372036854775808", ("cursor", "not_a_cursor")),
        ("cursor=0001-01-01T00:00:00%2B14:00_5", ("cursor", "not_a_cursor")),
        ("cursor=9999-12-31T23:59:59-14:00_5", ("cursor", "not_a_cursor")),
        ("cursor=%00_5", ("cursor", "not_a_cursor")),
        ("offset=50", ("offset", "unknown_parameter")),
        ("limits=50", ("limits", "unknown_parameter_near")),
        ("explain=true", ("explain", "unknown_parameter")),
        ("=", ("", "unknown_parameter")),
    ],
)
@pytest.mark.parametrize("path", ["/history", "/history/669"])
def test_a_filter_that_is_none_is_refused(api, path, query, problem):
    field, code = problem

    assert_refused(api, "GET", f"{path}?{query}", expected=[(field or None, code)])


@pytest.mark.parametrize("cursor", ["", "0", "-1", "abc", str(2**63), "2026-01-01Z_5"])
def test_a_cursor_of_employees_that_is_none_is_refused(api, cursor):
    assert_refused(
        api,
        "GET",
        f"/employees?cursor={cursor}",
        expected=[("cursor", "not_a_cursor")],
    )


@pytest.mark.parametrize("value", ["", "1", "yes", "True", "oui", "null", "true%20"])
@pytest.mark.parametrize(
    "call", ["POST /predict", "POST /predict_by_id/669", "GET /predictions/1"]
)
def test_an_explain_that_is_neither_true_nor_false_is_refused(
    api, features, employee, call, value
):
    method, path = call.split()

    assert_refused(
        api,
        method,
        f"{path}?explain={value}",
        {"features": features},
        expected=[("explain", "not_a_choice")],
    )


# A probe of /health or /ready asks nothing that a name could get wrong.
WITH_PARAMETERS = [
    *(f"{method} {path}" for method, path in CLOSED),
    "GET /openapi.json",
]
EXPLAINING = [
    "POST /predict",
    "POST /predict_by_id/{employee_id}",
    "POST /predict/batch",
    "GET /predictions/{id}",
]


@pytest.mark.parametrize("call", WITH_PARAMETERS)
def test_an_unknown_parameter_is_refused(api, features, employee, call):
    method, path = call.format(employee_id=669, id=1).split()

    assert_refused(
        api,
        method,
        f"{path}?zzz=1",
        {"features": features},
        expected=[("zzz", "unknown_parameter")],
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "explian: no such parameter. Did you mean explain?"),
        (
            "fr",
            "explian\u00a0: ce paramètre n'existe pas. "
            "Vouliez-vous dire explain\u00a0?",
        ),
    ],
)
@pytest.mark.parametrize("call", EXPLAINING)
def test_a_misspelt_parameter_is_called_one_with_the_nearest_name(
    api, features, employee, call, language, said
):
    method, path = call.format(employee_id=669, id=1).split()
    body = good_body(method, path, features)

    answer = send(api, method, f"{path}?explian=true", body, Accept_Language=language)

    assert answer.status_code == 422
    assert answer.json()["detail"] == said
    assert problems(answer) == [("explian", "unknown_parameter_near")]


@pytest.mark.parametrize(
    "call",
    [
        "GET /history",
        "POST /predict",
        "GET /employees/669",
        "GET /openapi.json",
        "GET /docs",
    ],
)
def test_more_parameters_than_are_read_are_refused(api, features, call):
    method, path = call.split()
    query = "&".join(["a"] * 1_001)

    assert_refused(api, method, f"{path}?{query}", {"features": features})


@pytest.mark.parametrize(
    "query", ["version=%0d%0aX: 1", "lang=xx", "lang=..%2f%00", "lang="]
)
def test_the_schema_takes_no_odd_parameter(api, query):
    assert_refused(api, "GET", f"/openapi.json?{query}")


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/predict/669", "/history/669/1", "/Predict", "/%00"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_an_unknown_path_is_not_found(api, anonymous, method, path):
    for client in (api, anonymous):
        assert_refused(client, method, path, status=404, expected=[(None, "not_found")])


METHODS = {
    "/": {"GET", "HEAD"},
    "/docs": {"GET", "HEAD"},
    "/docs/": {"GET", "HEAD"},
    "/openapi.json": {"GET", "HEAD"},
    "/health": {"GET", "HEAD"},
    "/predict": {"POST"},
    "/predict_by_id/669": {"POST"},
    "/history": {"GET", "HEAD"},
    "/history/669": {"GET", "HEAD"},
    "/predictions/1": {"GET", "HEAD"},
    "/employees": {"GET", "HEAD", "PUT"},
    "/employees/669": {"GET", "HEAD", "PUT", "PATCH"},
}
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
WRONG_METHODS = [
    (method, path)
    for path, allowed in METHODS.items()
    for method in EVERY_METHOD
    if method not in allowed
]


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_a_wrong_method_is_refused_with_those_that_are_taken(
    api, features, method, path
):
    answer = assert_refused(
        api,
        method,
        path,
        {"features": features},
        status=405,
        expected=[(None, "method_not_allowed")],
    )

    assert set(answer["Allow"].split(", ")) == METHODS[path]
    assert all(name in answer.json()["detail"] for name in METHODS[path])


@pytest.mark.parametrize("accept", ["application/xml", "text/csv", "image/*", "?"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("POST", "/predict"),
        ("POST", "/predict_by_id/669"),
        ("GET", "/history"),
        ("GET", "/history/669"),
        ("GET", "/predictions/1"),
        ("GET", "/employees"),
        ("PUT", "/employees"),
        ("GET", "/employees/669"),
        ("PUT", "/employees/669"),
        ("PATCH", "/employees/669"),
    ],
)
def test_an_answer_in_another_format_is_not_to_be_had(
    api, features, employee, method, path, accept
):
    assert_refused(
        api,
        method,
        path,
        {"features": features},
        status=406,
        expected=[(None, "not_acceptable")],
        Accept=accept,
    )


@pytest.mark.parametrize("accept", [None, "*/*", "application/*", "application/json"])
def test_json_is_the_answer_to_whoever_takes_it(api, accept):
    answer = api.get("/history", headers={"Accept": accept} if accept else {})

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "is not among"), ("fr", "n'est pas dans")]
)
def test_a_host_that_is_not_allowed_is_said_to_be_none(api, language, said):
    sent = {"Host": "evil.example", "Accept-Language": language}

    answer = api.get("/health", headers=sent)

    assert answer.status_code == 400
    assert problems(answer) == [(None, "host_not_allowed")]
    assert f"{said} ALLOWED_HOSTS" in answer.json()["detail"]
    assert "evil.example" not in answer.content.decode()


INSIDE = "postgresql://ana:secret@db/technova"


def test_nothing_that_fails_inside_is_told(api, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError(INSIDE)  # the line itself is in the log, among the frames

    monkeypatch.setattr("predictions.api.health.Response", fail)
    api.raise_request_exception = False

    answer = assert_refused(
        api, "GET", "/health", status=500, expected=[(None, "server_error")]
    )

    assert b"secret" not in answer.content


def test_french_is_what_a_caller_gets_who_names_no_language(api):
    default = send(api, "GET", "/nowhere").json()
    french = send(api, "GET", "/nowhere", Accept_Language="fr-CA,fr;q=0.9").json()
    other = send(api, "GET", "/nowhere", Accept_Language="de").json()
    english = send(api, "GET", "/nowhere", Accept_Language="en-GB").json()

    assert default == french == other != english


def test_every_scorable_field_has_bad_samples():
    named = {name for name, _, _ in BAD.values()}

    assert named == {field.name for field in FIELDS} >= {f.name for f in SCORABLE}
