"""A body that is no request gets the documented refusal, and no row."""

import json

import pytest

from attrition.models import Employee
from predictions.models import Prediction
from tests.factories import seed_features
from tests.predictions.refusals import assert_refused, problems, send

MIB = 1024 * 1024
NO_NUMBER = (None, "not_json_number")
TWICE = "duplicate_key"
UNSTORABLE = (None, "not_storable_text")
NOTHING = ("features", "nothing_to_score")
NOT_JSON = (None, "invalid_json")
NOT_UTF8 = (None, "not_utf8_body")
LONG = b"k" * 999
MANY = b'{%s"k59999":1}' % b"".join(b'"k%d":1,' % n for n in range(60_000))
DEPTHS = (100, 300, 450, 700, 900, 1_000, 5_000, 100_000)


def in_age(literal: str) -> bytes:
    """A request whose only odd part is the age, written as it stands."""
    return b'{"features":{"poste":"Manager","age":%s}}' % literal.encode()


def in_identifier(literal: str | bytes) -> bytes:
    """A request whose only odd part is inside the quotes of an identifier."""
    raw = literal if isinstance(literal, bytes) else literal.encode()
    return b'{"features":{"poste":"Manager","eval_number":"%s"}}' % raw


BODIES = {
    "not JSON": (b"{", NOT_JSON),
    "a word": (b"bonjour", NOT_JSON),
    "a form": (b"age=30&genre=1", NOT_JSON),
    "single quotes": (b"{'features': {}}", NOT_JSON),
    "a trailing comma": (b'{"features": {"age": 30,}}', NOT_JSON),
    "a comment": (b'{"features": {}} // 669', NOT_JSON),
    "two documents": (b'{"features": {}}{"features": {}}', NOT_JSON),
    "a raw line break in a text": (in_identifier("a\nb"), NOT_JSON),
    "a byte-order mark": (b'\xef\xbb\xbf{"features": {"age": 30}}', NOT_JSON),
    "a leading zero": (in_age("030"), NOT_JSON),
    "a hexadecimal number": (in_age("0x1E"), NOT_JSON),
    "empty": (b"", (None, "empty_body")),
    "white space": (b" \r\n\t ", (None, "empty_body")),
    "a list": (b"[]", ("body", "not_an_object")),
    "a list of requests": (b'[{"features": {}}]', ("body", "not_an_object")),
    "a text": (b'"features"', ("body", "not_an_object")),
    "a number": (b"669", ("body", "not_an_object")),
    "true": (b"true", ("body", "not_an_object")),
    "null": (b"null", ("body", "not_an_object")),
    "no features": (b"{}", ("features", "missing")),
    "features null": (b'{"features": null}', ("features", "not_an_object")),
    "features a list": (b'{"features": [1]}', ("features", "not_an_object")),
    "features a text": (b'{"features": "age"}', ("features", "not_an_object")),
    "features a number": (b'{"features": 30}', ("features", "not_an_object")),
    "features empty": (b'{"features": {}}', NOTHING),
    "not UTF-8": (in_identifier(b"\xe9"), NOT_UTF8),
    "an overlong encoding": (in_identifier(b"\xc0\xaf"), NOT_UTF8),
    "a cut character": (b'{"features": "\xc3', NOT_UTF8),
    "a raw surrogate": (in_identifier(b"\xed\xa0\x80"), NOT_UTF8),
    "UTF-16": ('{"features": {"age": 30}}'.encode("utf-16"), NOT_UTF8),
    "NaN": (in_age("NaN"), NO_NUMBER),
    "Infinity": (in_age("Infinity"), NO_NUMBER),
    "minus Infinity": (in_age("-Infinity"), NO_NUMBER),
    "1e400": (in_age("1e400"), NO_NUMBER),
    "minus 1e400": (in_age("-1E+400"), NO_NUMBER),
    "5,000 digits": (in_age("9" * 5_000), NO_NUMBER),
    "5,000 digits and decimals": (in_age("9" * 5_000 + ".5"), NO_NUMBER),
    "NaN beside the features": (b'{"features": {}, "employee_id": NaN}', NO_NUMBER),
    "features twice": (b'{"features": {}, "features": {}}', ("features", TWICE)),
    "a field twice": (in_age('30,"age":30'), ("age", TWICE)),
    "a field twice, once escaped": (in_age('30,"\\u0061ge":31'), ("age", TWICE)),
    "a key twice deep inside": (in_age('[{"x":{"y":1,"y":2}}]'), ("y", TWICE)),
    "a key twice among 60,000": (MANY, ("k59999", TWICE)),
    "a long key twice": (b'{"%b":1,"%b":1}' % (LONG, LONG), ("k" * 63 + "…", TWICE)),
    "the first half of a surrogate pair": (in_identifier("\\ud83d"), UNSTORABLE),
    "the second half of a surrogate pair": (in_identifier("\\ude00"), UNSTORABLE),
    "a surrogate pair turned round": (in_identifier("\\ude00\\ud83d"), UNSTORABLE),
    "a surrogate in a key": (b'{"features":{"age":30,"\\ud83d":1}}', UNSTORABLE),
    "\\u0000 in a value": (in_identifier("E\\u0000"), UNSTORABLE),
    "\\u0000 in a key": (b'{"features":{"age":30,"a\\u0000":1}}', UNSTORABLE),
    "\\u0000 beside the features": (b'{"features":{"age":30},"\\u0000":1}', UNSTORABLE),
    "\\u0000 deep inside": (in_age('[{"x":["\\u0000"]}]'), UNSTORABLE),
}  # fmt: skip


@pytest.mark.parametrize(("body", "problem"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_request_is_refused(api, body, problem):
    assert_refused(api, "POST", "/predict", body, expected=[problem])


@pytest.mark.parametrize(("body", "problem"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_employee_is_not_stored_from_such_a_body(
    api, employee, method, body, problem
):
    before = Employee.objects.values().get()

    if (method, problem) == ("PATCH", NOTHING):
        assert send(api, method, "/employees/669", body).status_code == 200
    else:
        assert_refused(api, method, "/employees/669", body, expected=[problem])

    after = Employee.objects.values().get()
    assert after["features"] == before["features"]


@pytest.mark.parametrize(
    "text", ["\\ud83d\\ude00", "\\\\u0000", "\\u00e9"], ids=["pair", "escaped", "é"]
)
def test_a_text_that_only_looks_unstorable_is_taken(api, text):
    answer = send(
        api,
        "POST",
        "/predict",
        in_identifier(text),
    )

    assert answer.status_code == 200
    stored = Prediction.objects.get().input_payload["eval_number"]
    assert stored == json.loads(f'"{text}"')


def test_a_line_and_a_column_say_where_the_json_goes_wrong(api):
    answer = send(api, "POST", "/predict", b'{\n "features": {,}\n}')

    assert "2" in answer.json()["detail"]
    assert "15" in answer.json()["detail"]


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("inner", [b"1", b'"\\u00e9"'], ids=["number", "escape"])
@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"]
)
def test_deep_nesting_is_refused_at_every_depth(api, opening, closing, inner, depth):
    nested = opening * depth + inner + closing * depth

    for body in (nested, b'{"features":{"age":%s}}' % nested):
        answer = assert_refused(api, "POST", "/predict", body)

        assert problems(answer) in (
            [("body", "not_an_object")],
            [("features", "missing"), ("a", "unknown_field")],
            [("age", "not_a_number")],
            [(None, "too_deep")],
        )


def test_a_hundred_thousand_open_brackets_are_too_deep(api):
    assert_refused(
        api, "POST", "/predict", b"[" * 100_000, expected=[(None, "too_deep")]
    )


@pytest.mark.parametrize("method", ["POST /predict", "PUT /employees/1"])
def test_a_body_over_a_mebibyte_is_refused(api, method):
    body = json.dumps({"features": seed_features()}).encode()

    assert_refused(
        api,
        *method.split(),
        body.ljust(MIB + 1),
        status=413,
        expected=[(None, "body_too_large")],
    )
    assert send(api, *method.split(), body.ljust(MIB)).status_code in (200, 201)


def test_a_large_body_without_a_true_length_is_refused_all_the_same(api):
    body = b'{"features": {"age": 30}}'.ljust(MIB + 1)

    answer = api.generic(
        "POST", "/predict", body, "application/json", CONTENT_LENGTH="²"
    )

    assert answer.status_code == 422
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "application/json-patch+json",
        "nonsense",
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        "POST /predict?explain=maybe",
        "PUT /employees",
        "PUT /employees/1",
        "PATCH /employees/1",
    ],
)
def test_another_content_type_is_refused(api, call, content_type):
    assert_refused(
        api,
        *call.split(),
        b'{"features": {"age": 300}}',
        content_type,
        status=415,
        expected=[(None, "unsupported_media_type")],
    )


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8"]
)
def test_json_is_taken_with_and_without_its_charset(api, features, content_type):
    answer = send(api, "POST", "/predict", {"features": features}, content_type)

    assert answer.status_code == 200
