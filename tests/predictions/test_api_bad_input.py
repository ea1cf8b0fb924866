"""What bad input gets: the documented answer in both languages, and no row."""

import json

import pytest

from attrition.features import FIELDS, SCORABLE
from attrition.models import Employee
from attrition.releases import current
from predictions.models import Prediction
from tests.factories import seed_features
from tests.predictions.refusals import assert_refused, problems, send
from tests.predictions.samples import BAD, GOOD

MIB = 1024 * 1024
IDENTIFIERS_ONLY = {"eval_number": "E_669", "code_sondage": 669}
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


# The body as a whole

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
    "call", ["POST /predict?explain=maybe", "PUT /employees/1", "PATCH /employees/1"]
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


# The features


def test_identifiers_alone_are_nothing_to_score(api):
    body = {"features": IDENTIFIERS_ONLY}

    assert_refused(api, "POST", "/predict", body, expected=[NOTHING])


def test_nulls_alone_are_nothing_to_score(api):
    body = {"features": {field.name: None for field in FIELDS}}

    assert_refused(api, "POST", "/predict", body, expected=[NOTHING])


def test_fields_that_the_release_does_not_score_are_nothing_to_score(api):
    body = {"features": {"age": 30, "genre": 1, "evolution_note": 0}}

    assert_refused(api, "POST", "/predict", body, expected=[NOTHING])


def test_features_without_their_wrapper_are_told_what_is_missing(api, features):
    answer = assert_refused(api, "POST", "/predict", features)

    assert problems(answer) == [("features", "not_wrapped")]
    assert '{"features": {' in answer.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ("Age", "age"),
        ("revenu_mensuelle", "revenu_mensuel"),
        ("annees_sous_responsable_actuel", "annes_sous_responsable_actuel"),
        ("heures_supplementaires", "heure_supplementaires"),
        ("frequence_deplacements", "frequence_deplacement"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_name(
    api, features, sent, nearest
):
    body = {"features": features | {sent: 1}}

    answer = assert_refused(
        api, "POST", "/predict", body, expected=[(sent, "unknown_field_near")]
    )

    assert nearest in answer.json()["detail"]


@pytest.mark.parametrize(
    "sent", ["zzz", "", "%(field)s", "<b>", "x" * 5_000], ids=lambda name: name[:10]
)
def test_an_unknown_field_that_is_like_no_other_is_refused(api, features, sent):
    body = {"features": features | {sent: 1}}

    answer = send(api, "POST", "/predict", body)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["code"] == "unknown_field"
    assert len(error["message"]) < 200
    assert not Prediction.objects.exists()


def test_a_word_beside_the_features_is_refused_with_the_nearest_one(api, features):
    body = {"features": features, "employe_id": 669}

    answer = assert_refused(
        api, "POST", "/predict", body, expected=[("employe_id", "unknown_field_near")]
    )

    assert "employee_id" in answer.json()["detail"]


def test_both_spellings_of_the_pay_rise_at_once_are_refused(api, features):
    features["augmentation_salaire_precedente"] = "11 %"

    answer = assert_refused(
        api,
        "POST",
        "/predict",
        {"features": features},
        expected=[("augmentation_salaire_precedente", "both_spellings")],
    )

    assert "augementation_salaire_precedente" in answer.json()["detail"]


def test_both_spellings_are_refused_even_when_one_is_null(api, features):
    features["augmentation_salaire_precedente"] = None

    assert_refused(api, "POST", "/predict", {"features": features})


@pytest.mark.parametrize(("name", "value", "code"), BAD.values(), ids=BAD)
def test_a_bad_value_is_refused_and_its_field_named(api, features, name, value, code):
    body = {"features": features | {name: value}}

    assert_refused(api, "POST", "/predict", body, expected=[(name, code)])


@pytest.mark.parametrize(("name", "value"), GOOD.values(), ids=GOOD)
def test_a_good_value_is_scored_and_logged_as_it_was_sent(api, features, name, value):
    features[name] = value

    answer = send(api, "POST", "/predict", {"features": features})

    assert answer.status_code == 200
    assert Prediction.objects.get().input_payload == features


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_a_field_may_be_missing_or_null_and_is_imputed_alike(api, features, name):
    without = {key: value for key, value in features.items() if key != name}

    missing = send(api, "POST", "/predict", {"features": without}).json()
    null = send(api, "POST", "/predict", {"features": features | {name: None}}).json()

    imputed = [name] if name in current().scorecard.names else []
    assert missing["missing_features"] == null["missing_features"] == imputed
    assert missing["proba_depart"] == null["proba_depart"]


@pytest.mark.parametrize("name", ["departement", "poste", "domaine_etude"])
def test_an_unknown_category_is_refused_with_what_null_would_do(api, features, name):
    body = {"features": features | {name: "Qwertz"}}

    answer = assert_refused(
        api, "POST", "/predict", body, expected=[(name, "unknown_category")]
    )

    assert "null" in answer.json()["detail"]
    for category in current().categories[name]:
        assert category in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "value", "nearest"),
    [
        ("departement", "commercial", "Commercial"),
        ("poste", "Representant Commercial", "Représentant Commercial"),
        ("domaine_etude", "Entrepreneuriat", "Entrepreunariat"),
        ("frequence_deplacement", "Fréquent", "Frequent"),
    ],
)
def test_a_mistyped_category_is_refused_with_the_nearest(
    api, features, name, value, nearest
):
    answer = assert_refused(
        api, "POST", "/predict", {"features": features | {name: value}}
    )

    assert nearest in answer.json()["detail"]


def test_every_wrong_field_is_named_at_once(api, features):
    wrong = {"age": 300, "poste": 3, "genre": "x", "code_sondage": [], "zzz": 1}

    answer = assert_refused(api, "POST", "/predict", {"features": features | wrong})

    assert {field for field, _ in problems(answer)} == wrong.keys()
    assert all(name in answer.json()["detail"] for name in wrong)


@pytest.mark.parametrize("inside", [True, False], ids=["features", "beside"])
def test_the_list_of_problems_has_an_end(api, inside):
    many = {f"zz{number}": number for number in range(50_000)}

    answer = assert_refused(
        api, "POST", "/predict", {"features": many} if inside else many
    )

    assert len(answer.json()["errors"]) <= 102
    assert problems(answer)[-1][1] == "too_many_problems"


# Who it is about


@pytest.mark.parametrize("value", [0, -1, 2**63, 10**30, "669", 1.5, 669.0, True, [1]])
@pytest.mark.parametrize("call", ["POST /predict", "PUT /employees/669"])
def test_an_employee_id_that_is_none_is_refused(api, features, call, value):
    body = {"features": features, "employee_id": value}

    assert_refused(
        api, *call.split(), body, expected=[("employee_id", "not_an_employee_id")]
    )


@pytest.mark.parametrize("value", [None, 1, 669, 2**63 - 1])
def test_an_employee_id_beside_the_features_is_logged(api, features, value):
    body = {"features": features, "employee_id": value}

    assert send(api, "POST", "/predict", body).status_code == 200
    assert Prediction.objects.get().employee_id == value


IDS = {
    "zero": "0",
    "negative": "-1",
    "2^63": str(2**63),
    "twenty digits": "1" * 20,
    "letters": "abc",
    "a mixture": "669a",
    "a trailing space": "669%20",
    "a trailing line break": "669%0A",
    "a plus": "%2B669",
    "a fraction": "669.0",
    "hexadecimal": "0x29d",
    "digits of another script": "%EF%BC%96%EF%BC%96%EF%BC%99",
    "NUL": "%00",
    "not UTF-8": "%ff",
    "half a surrogate pair": "%ED%A0%80",
    "a quote": "669'--",
}


@pytest.mark.parametrize("id_", IDS.values(), ids=IDS)
@pytest.mark.parametrize(
    ("call", "field", "code"),
    [
        ("POST /predict_by_id/", "employee_id", "not_an_employee_id"),
        ("GET /history/", "employee_id", "not_an_employee_id"),
        ("GET /predictions/", "id", "not_a_prediction_id"),
        ("GET /employees/", "employee_id", "not_an_employee_id"),
        ("PUT /employees/", "employee_id", "not_an_employee_id"),
        ("PATCH /employees/", "employee_id", "not_an_employee_id"),
    ],
    ids=lambda value: value if "/" in value else "",
)
def test_an_id_in_the_address_that_is_none_is_refused(
    api, features, call, field, code, id_
):
    method, path = call.split()
    body = {"features": features}

    assert_refused(api, method, path + id_, body, expected=[(field, code)])


@pytest.mark.parametrize(
    ("call", "field", "code"),
    [
        ("POST /predict_by_id/670", "employee_id", "unknown_employee"),
        ("GET /employees/670", "employee_id", "unknown_employee"),
        ("PATCH /employees/670", "employee_id", "unknown_employee"),
        ("GET /predictions/9223372036854775807", "id", "unknown_prediction"),
    ],
)
def test_something_unknown_is_not_found(api, employee, features, call, field, code):
    assert_refused(
        api,
        *call.split(),
        {"features": features},
        status=404,
        expected=[(field, code)],
    )


# What stands in the address

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
        ("offset=50", ("offset", "unknown_field")),
        ("limits=50", ("limits", "unknown_field_near")),
        ("explain=true", ("explain", "unknown_field")),
        ("=", ("", "unknown_field")),
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


@pytest.mark.parametrize(
    "call",
    [
        "POST /predict",
        "POST /predict_by_id/669",
        "GET /history",
        "GET /history/669",
        "GET /predictions/1",
        "GET /employees",
        "GET /employees/669",
        "PUT /employees/669",
        "PATCH /employees/669",
        "GET /openapi.json",
    ],
)
def test_an_unknown_parameter_is_refused(api, features, employee, call):
    method, path = call.split()

    assert_refused(
        api,
        method,
        f"{path}?zzz=1",
        {"features": features},
        expected=[("zzz", "unknown_field")],
    )


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


# Paths, methods, answers


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
    "/employees": {"GET", "HEAD"},
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


def test_a_strange_host_gets_the_shape_too(api):
    answer = api.get("/health", headers={"Host": "evil.example"})

    assert problems(answer) == [(None, "bad_request")]


def test_nothing_that_fails_inside_is_told(api, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("postgresql://ana:secret@db/technova")

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
