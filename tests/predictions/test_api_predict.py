"""POST /predict, the seed's main promise."""

import json

import pytest

from attrition import releases
from predictions.models import Prediction
from tests.predictions.explained import assert_explains
from tests.predictions.refusals import send

SEED_KEYS = {
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "stored",
    "db_id",
}


def test_the_seeds_request_gets_the_seeds_keys_and_a_row(api, features):
    answer = api.post("/predict", {"features": features}, format="json")

    assert answer.status_code == 200
    assert answer.json().keys() >= SEED_KEYS
    row = Prediction.objects.get(pk=answer.json()["db_id"])
    assert row.proba_depart == answer.json()["proba_depart"]
    assert row.input_payload == features
    assert row.source == "api"
    assert row.key_owner == "HR analytics"


def test_a_trailing_slash_is_accepted(api, features):
    assert (
        api.post("/predict/", {"features": features}, format="json").status_code == 200
    )


def test_null_and_missing_fields_are_imputed_and_named(api, features):
    features["poste"] = None
    del features["revenu_mensuel"]

    answer = api.post("/predict", {"features": features}, format="json").json()

    assert answer["missing_features"] == ["revenu_mensuel", "poste"]


def test_the_explanation_sums_to_the_logit(api, features):
    answer = api.post("/predict?explain=true", {"features": features}, format="json")

    found = answer.json()
    assert_explains(found["explanation"], found["proba_depart"])


def test_a_stored_employee_and_a_logged_row_are_explained_alike(api, employee):
    asked = send(api, "POST", f"/predict_by_id/{employee.pk}?explain=true").json()
    read = api.get(f"/predictions/{asked['db_id']}?explain=true").json()

    assert_explains(asked["explanation"], asked["proba_depart"])
    assert read["explanation"] == asked["explanation"]


def score(api, features, query: str = "", **headers: str) -> dict:
    answer = send(api, "POST", f"/predict{query}", {"features": features}, **headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_answer_is_json_in_utf_8(api, features):
    answer = send(api, "POST", "/predict", {"features": features})

    assert answer["Content-Type"] == "application/json"
    json.loads(answer.content.decode("utf-8"))


def test_the_answer_has_these_keys_and_no_others(api, features):
    assert score(api, features).keys() == SEED_KEYS | {"missing_features", "warnings"}
    assert score(api, features, "?explain=false").keys() == score(api, features).keys()


def test_stored_is_true_and_names_the_row(api, features):
    answer = score(api, features)

    assert answer["stored"] is True
    assert Prediction.objects.get().pk == answer["db_id"]


def test_asking_twice_is_two_rows(api, features):
    first, second = score(api, features), score(api, features)

    assert first["db_id"] < second["db_id"]
    assert first["proba_depart"] == second["proba_depart"]


def test_the_class_says_on_which_side_of_the_threshold_it_is(api, features):
    low = score(api, features | {"revenu_mensuel": 19_000, "age": 50})
    high = score(api, features | {"heure_supplementaires": 1})

    assert low["proba_depart"] < low["threshold"] <= high["proba_depart"]
    assert (low["prediction"], high["prediction"]) == (0, 1)


def test_the_threshold_can_be_set_without_another_model(api, features, settings):
    usual = score(api, features)
    settings.MODEL_THRESHOLD = 0.99

    stricter = score(api, features)

    assert stricter["proba_depart"] == usual["proba_depart"]
    assert (usual["prediction"], stricter["prediction"]) == (1, 0)
    assert stricter["threshold"] == 0.99


@pytest.mark.parametrize(
    "changes",
    [
        {"eval_number": "E_1", "code_sondage": 1, "employee_id_anon": None},
        {"nombre_heures_travailless": 40, "ayant_enfants": "Y"},
        {"evolution_note": 3, "changement_poste": 0, "ratio_experience_vie_adulte": 9},
        {"age": 60, "genre": "F", "statut_marital": "Marié(e)"},
    ],
    ids=["identifiers", "constants", "derived", "prohibited grounds"],
)
def test_what_is_never_scored_changes_no_score(api, features, changes):
    assert (
        score(api, features)["proba_depart"]
        == (score(api, features | changes)["proba_depart"])
    )


def test_the_order_of_the_fields_changes_no_score(api, features):
    reverse = dict(reversed(features.items()))

    assert score(api, features)["proba_depart"] == score(api, reverse)["proba_depart"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"revenu_mensuel": 3_447}, {"revenu_mensuel": 3_447.0}),
        ({"niveau_education": 1}, {"niveau_education": 1.0}),
        ({"heure_supplementaires": 1}, {"heure_supplementaires": "Oui"}),
        ({"heure_supplementaires": 0}, {"heure_supplementaires": False}),
        ({"heure_supplementaires": "YES"}, {"heure_supplementaires": " oui "}),
    ],
    ids=str,
)
def test_two_ways_of_saying_the_same_score_the_same(api, features, one, other):
    assert (
        score(api, features | one)["proba_depart"]
        == (score(api, features | other)["proba_depart"])
    )


@pytest.mark.parametrize(
    "rise", ["11 %", "11%", "11", 11, 11.0, 0.11, "11,0 %", "+11 %", "11\u00a0%"]
)
@pytest.mark.parametrize(
    "name", ["augementation_salaire_precedente", "augmentation_salaire_precedente"]
)
def test_the_pay_rise_counts_however_it_is_written_and_spelt(api, features, name, rise):
    usual = score(api, features)
    del features["augementation_salaire_precedente"]

    answer = score(api, features | {name: rise})

    assert answer["proba_depart"] == usual["proba_depart"]
    assert answer["missing_features"] == []


def test_the_pay_rise_is_not_lost_as_it_was_in_the_seed(api, features):
    rises = ("11 %", "25 %")

    low, high = (
        score(api, features | {"augementation_salaire_precedente": rise})
        for rise in rises
    )

    assert low["proba_depart"] != high["proba_depart"]


def test_travel_has_its_own_order_and_not_the_alphabets(api, features):
    none, some, much = (
        score(api, features | {"frequence_deplacement": level})["proba_depart"]
        for level in ("Aucun", "Occasionnel", "Frequent")
    )

    assert none < some < much


def test_an_annual_pay_sent_as_a_monthly_one_is_named(api, features):
    answer = score(api, features | {"revenu_mensuel": 12 * 6_500})

    [warning] = [w for w in answer["warnings"] if w["code"] == "out_of_range"]
    assert warning["fields"] == ["revenu_mensuel"]


def test_thin_evidence_is_named(api):
    answer = score(api, {"poste": "Manager"})

    assert "thin_evidence" in [warning["code"] for warning in answer["warnings"]]
    assert (
        len(answer["missing_features"]) == len(releases.current().scorecard.names) - 1
    )


def test_warnings_and_labels_are_in_the_callers_language(api):
    french, english = (
        score(api, {"poste": "Manager"}, "?explain=true", Accept_Language=language)
        for language in ("fr", "en")
    )

    for one, other in zip(french["warnings"], english["warnings"], strict=True):
        assert one["code"] == other["code"]
        assert one["message"] != other["message"]
    labels = [
        {item["label"] for item in answer["explanation"]["contributions"]}
        for answer in (french, english)
    ]
    assert "Revenu mensuel" in labels[0]
    assert "Monthly pay" in labels[1]


def test_the_explanation_has_one_contribution_for_each_scored_field(api, features):
    explanation = score(api, features, "?explain=true")["explanation"]

    fields = [item["field"] for item in explanation["contributions"]]
    assert len(fields) == len(set(fields))
    assert set(fields) == set(releases.current().scorecard.names)
    sizes = [abs(item["points"]) for item in explanation["contributions"]]
    assert sizes == sorted(sizes, reverse=True)


def test_explaining_changes_no_score_and_no_row(api, features):
    plain, explained = score(api, features), score(api, features, "?explain=true")

    assert plain["proba_depart"] == explained["proba_depart"]
    first, second = Prediction.objects.order_by("pk")
    assert first.input_payload == second.input_payload


def test_a_usual_value_adds_nothing(api, features):
    first = score(api, features, "?explain=true")["explanation"]
    usual = {item["field"]: item["usual"] for item in first["contributions"]}

    explanation = score(api, usual, "?explain=true")["explanation"]

    assert {item["points"] for item in explanation["contributions"]} == {0}
    assert explanation["base"] == first["base"]


@pytest.mark.parametrize("path", ["/predict", "/history", "/employees"])
def test_no_cache_keeps_an_answer_about_people(api, features, path):
    method = "POST" if path == "/predict" else "GET"

    answer = send(api, method, path, {"features": features})

    assert answer["Cache-Control"] == "no-store"


def test_a_media_type_may_be_written_in_capitals(api, features):
    body = json.dumps({"features": features})

    answer = api.generic("POST", "/predict", body, "Application/JSON; charset=UTF-8")

    assert answer.status_code == 200
