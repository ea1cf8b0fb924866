"""A key, or the secret, is replaced without anybody being cut off."""

from rest_framework.test import APIClient

from predictions.api.authentication import remembered
from predictions.models import ApiKey, Batch
from tests.factories import make_key, seed_features


def test_two_keys_of_one_owner_are_valid_until_one_is_revoked(db):
    old, old_secret = make_key("history", owner="Payroll")
    _, new_secret = make_key("history", owner="Payroll")
    before, after = (
        APIClient(headers={"X-API-Key": secret}) for secret in (old_secret, new_secret)
    )
    assert before.get("/history").status_code == 200
    assert after.get("/history").status_code == 200

    old.revoke(by="bob", reason="replaced")
    remembered.forget()

    assert before.get("/history").status_code == 401
    assert after.get("/history").status_code == 200
    assert ApiKey.objects.filter(owner="Payroll").count() == 2


def test_a_retry_is_known_again_under_a_new_secret(api, settings):
    body = {"records": [{"features": seed_features()}]}
    retry = {"idempotency-key": "one"}
    first = api.post("/predict/batch", body, "json", headers=retry)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret" * 5
    settings.SECRET_KEY_FALLBACKS = [old]

    again = api.post("/predict/batch", body, "json", headers=retry)

    assert first.status_code == again.status_code == 200
    assert again["Idempotent-Replayed"] == "true"
    assert Batch.objects.count() == 1
