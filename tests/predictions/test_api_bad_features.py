"""Features and ids that can't be get the documented refusal, and no row."""

import pytest

from attrition.features import FIELDS
from attrition.releases import current
from predictions.models import Prediction
from tests.predictions.refusals import assert_refused, problems, send
from tests.predictions.samples import BAD, GOOD

IDENTIFIERS_ONLY = {"eval_number": "E_669", "code_sondage": 669}
NOTHING = ("features", "nothing_to_score")


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
def test_an_unknown_category_says_what_a_missing_one_does(api, features, name):
    body = {"features": features | {name: "Qwertz"}}

    answer = assert_refused(
        api, "POST", "/predict", body, expected=[(name, "unknown_category")]
    )

    assert "A missing value is replaced" in answer.json()["detail"]
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
