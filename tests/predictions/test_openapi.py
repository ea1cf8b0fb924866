"""/openapi.json: what is described is what happens."""

import json
from typing import Any

import pytest
from django.utils import timezone
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from attrition import releases
from attrition.features import FIELDS, SPELLINGS
from attrition.field import Kind
from predictions.api.feature_schema import feature_schema
from predictions.models import Prediction
from tests.factories import EmployeeFactory
from tests.predictions.refusals import send
from tests.predictions.routes import ROUTES
from tests.predictions.samples import BAD, GOOD

# What JSON Schema has no words for: numbers inside texts, and digits.
BEYOND_SCHEMA = ("too high a text", "65 digits", "299 digits", "a blank text")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = APIClient().get("/openapi.json")
    assert answer.status_code == 200
    return json.loads(answer.content)


@pytest.fixture(scope="module")
def described(document):
    """A validator of one of the document's shapes."""

    def validator(name: str) -> Draft202012Validator:
        reference = {"$ref": f"#/components/schemas/{name}"}
        return Draft202012Validator(reference | {"components": document["components"]})

    return validator


def operations(document) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_every_shape_is_a_json_schema(document):
    for shape in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)


def test_every_call_is_described_once(document):
    names = [operation["operationId"] for operation in operations(document).values()]

    assert operations(document).keys() == ROUTES.keys()
    assert len(names) == len(set(names))


def test_every_call_says_how_to_authenticate_and_health_needs_nothing(document):
    for route, operation in operations(document).items():
        if ROUTES[route] is None:
            assert not operation.get("security")
        else:
            assert {"ApiKey": []} in operation["security"]

    key = document["components"]["securitySchemes"]["ApiKey"]
    assert (key["in"], key["name"]) == ("header", "X-API-Key")


def test_every_documented_error_has_the_one_shape(document):
    for (method, path), operation in operations(document).items():
        errors = {s: r for s, r in operation["responses"].items() if s >= "400"}

        for response in errors.values():
            [schema] = response["content"].values()
            assert schema["schema"] == {"$ref": "#/components/schemas/Error"}
        expected = {"405", "406"}
        if ROUTES[method, path]:
            expected |= {"401", "403", "422", "429", "503"}
        if path == "/ready":
            expected |= {"503"}
        if "requestBody" in operation:
            expected |= {"413", "415"}
        if "{" in path and method != "PUT" and "history" not in path:
            expected |= {"404"}
        assert errors.keys() == expected, (method, path)


def test_what_is_described_says_that_a_score_is_no_decision(document):
    paths = ("/predict", "/predict_by_id/{employee_id}", "/predict/batch", "/batches")
    for path in paths:
        assert "jamais une décision" in document["paths"][path]["post"]["description"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_feature_is_described_from_the_table(document, field):
    features = document["components"]["schemas"]["Features"]["properties"]

    found = features[field.name]

    assert found["title"] == field.label.fr
    assert field.label.fr in found["description"]
    assert found["examples"] == [field.example]
    assert field.unit.fr in found["description"]
    text = json.dumps(found, ensure_ascii=False)
    assert '"type"' in text
    if field.kind is not Kind.ORDINAL or not field.order:
        for word, limit in (("minimum", field.low), ("maximum", field.high)):
            if limit is not None:
                assert f'"{word}": {limit}' in text
    for level in field.order:
        assert level in found["enum"]
    if field.ground:
        assert field.ground.fr in found["description"]


NEVER = "jamais utilisé pour le score"


def description_of(name: str) -> str:
    return feature_schema()["properties"][name]["description"]


def test_a_ground_is_said_to_be_unused_only_where_the_serving_release_does_not_use_it(
    release_with_age,
):
    assert NEVER not in description_of("age")
    assert "utilisé pour le score par la version en service" in description_of("age")
    assert NEVER in description_of("genre")


def test_while_no_release_serves_nothing_is_said_of_the_use_of_a_ground(broken_release):
    assert NEVER not in description_of("age")
    assert NEVER in description_of("ayant_enfants")  # no release may use it at all


def test_nothing_but_the_table_is_described(document):
    features = document["components"]["schemas"]["Features"]

    names = {field.name for field in FIELDS} | SPELLINGS.keys()
    assert features["properties"].keys() == names
    assert features["additionalProperties"] is False


def test_the_categories_are_those_of_the_release_that_serves(
    document, anonymous, monkeypatch
):
    for name, values in releases.current().categories.items():
        described = document["components"]["schemas"]["Features"]["properties"][name]
        assert described["enum"] == [*values, None]

    others = {"departement": ["Lune", "Mars"]}
    monkeypatch.setattr(releases.Release, "categories", others)
    changed = anonymous.get("/openapi.json").json()

    features = changed["components"]["schemas"]["Features"]["properties"]
    assert features["departement"]["enum"] == ["Lune", "Mars", None]
    assert "enum" not in features["poste"]


def test_without_a_release_the_document_still_stands(anonymous, broken_release):
    found = anonymous.get("/openapi.json").json()

    validate_schema(found)
    poste = found["components"]["schemas"]["Features"]["properties"]["poste"]
    assert "enum" not in poste


def test_the_example_is_valid_and_scores(api, document, described):
    example = document["components"]["schemas"]["Request"]["example"]

    described("Request").validate(example)
    answer = send(api, "POST", "/predict", example)

    assert answer.status_code == 200
    assert answer.json()["missing_features"] == []


def test_the_seeds_request_is_valid(described, features):
    described("Request").validate({"features": features})
    described("Request").validate({"features": features, "employee_id": 669})
    described("Request").validate({"features": features, "employee_id": None})


def test_two_spellings_of_one_field_are_described_as_one_too_many(described):
    [(spelling, name)] = SPELLINGS.items()

    described("Features").validate({spelling: "11 %"})
    assert not described("Features").is_valid({spelling: "11 %", name: "11 %"})


def test_what_only_another_release_knows_may_be_stored(described):
    described("StoredFeatures").validate({"poste": "Astronaute"})
    assert not described("Features").is_valid({"poste": "Astronaute"})


@pytest.mark.parametrize(("name", "value"), GOOD.values(), ids=GOOD)
def test_what_is_taken_is_described_so(described, name, value):
    described("Features").validate({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [(n, v) for what, (n, v, _) in BAD.items() if not what.endswith(BEYOND_SCHEMA)],
    ids=[what for what in BAD if not what.endswith(BEYOND_SCHEMA)],
)
def test_what_is_refused_is_described_so(described, name, value):
    assert not described("Features").is_valid({name: value})


@pytest.mark.parametrize(
    "body",
    [{}, [], {"features": None}, {"features": {}}, {"features": {"age": 1}, "x": 1}],
    ids=str,
)
def test_a_body_that_is_refused_is_described_so(described, body):
    assert not described("Request").is_valid(body)


def test_people_to_store_at_once_and_the_answer_are_as_described(
    api, described, features
):
    body = {"employees": [{"employee_id": 669, "features": features}]}

    described("EmployeesRequest").validate(body)
    answer = send(api, "PUT", "/employees", body)

    described("Stored").validate(answer.json())


@pytest.mark.parametrize(
    "employees",
    [
        [],
        {},
        [1],
        [{"features": {"age": 30}}],
        [{"employee_id": 1}],
        [{"employee_id": 0, "features": {"age": 30}}],
        [{"employee_id": None, "features": {"age": 30}}],
        [{"employee_id": 1, "features": {"age": 300}}],
        [{"employee_id": 1, "features": {"age": 30}, "name": "Ana"}],
    ],
    ids=str,
)
def test_people_who_are_not_stored_at_once_are_described_so(api, described, employees):
    body = {"employees": employees}

    assert not described("EmployeesRequest").is_valid(body)
    assert send(api, "PUT", "/employees", body).status_code == 422


@pytest.mark.parametrize("explain", ["", "?explain=true"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_real_answer_is_as_described(
    api, described, features, employee, explain, language
):
    odd = features | {"revenu_mensuel": 900_000, "poste": None}

    for path, body in (
        ("/predict", {"features": features}),
        ("/predict", {"features": odd}),
        ("/predict", {"features": {"poste": "Manager"}}),
        ("/predict_by_id/669", b""),
    ):
        answer = send(api, "POST", path + explain, body, Accept_Language=language)

        described("Answer").validate(answer.json())
        assert ("explanation" in answer.json()) == bool(explain)


def test_the_rows_of_the_log_are_as_described(api, described, features):
    send(api, "POST", "/predict", {"features": features, "employee_id": 669})
    send(api, "POST", "/predict", {"features": {"poste": "Manager"}})

    for row in api.get("/history").json():
        described("Prediction").validate(row)
        one = api.get(f"/predictions/{row['id']}?explain=true").json()
        described("Prediction").validate(one)


def test_employees_are_as_described(api, described):
    EmployeeFactory.create_batch(2)
    EmployeeFactory(archived_at=timezone.now())

    for row in api.get("/employees").json():
        described("Employee").validate(row)
        described("Employee").validate(
            api.get(f"/employees/{row['employee_id']}").json()
        )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("DELETE", "/predict"),
        ("POST", "/predict"),
        ("GET", "/history?limit=0"),
        ("GET", "/predictions/1"),
    ],
)
def test_a_real_refusal_is_as_described(api, described, method, path):
    answer = send(api, method, path, {"features": {"age": 300, "poste": 3}})

    described("Error").validate(answer.json())


def test_health_is_as_described(api, document):
    response = document["paths"]["/health"]["get"]["responses"]["200"]
    [content] = response["content"].values()

    Draft202012Validator(content["schema"]).validate(api.get("/health").json())


def test_ready_is_as_described(api, document):
    response = document["paths"]["/ready"]["get"]["responses"]["200"]
    [content] = response["content"].values()

    Draft202012Validator(content["schema"]).validate(api.get("/ready").json())


def test_the_limits_of_parameters_are_those_that_are_enforced(api, document):
    history = operations(document)["GET", "/history"]
    limit = next(p for p in history["parameters"] if p["name"] == "limit")["schema"]

    assert api.get(f"/history?limit={limit['maximum']}").status_code == 200
    assert api.get(f"/history?limit={limit['maximum'] + 1}").status_code == 422
    assert api.get(f"/history?limit={limit['minimum']}").status_code == 200
    assert api.get(f"/history?limit={limit['minimum'] - 1}").status_code == 422
    for parameter in history["parameters"]:
        for value in parameter["schema"].get("enum", []):
            answer = api.get(f"/history?{parameter['name']}={value}")
            assert answer.status_code == 200


def test_describing_asks_nobody_to_log_in_and_logs_nothing(anonymous):
    assert anonymous.get("/openapi.json").status_code == 200
    assert not Prediction.objects.exists()
