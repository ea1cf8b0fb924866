"""POST /predict, the seed's main promise."""

from math import exp

import pytest

from predictions.models import Prediction

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

    explanation = answer.json()["explanation"]
    logit = explanation["base"] + sum(
        item["points"] for item in explanation["contributions"]
    )
    assert 1 / (1 + exp(-logit)) == pytest.approx(
        answer.json()["proba_depart"], abs=1e-12
    )
