"""API keys in the back-office: shown once, revoked, never deleted."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from predictions.admin.keys import ApiKeyAdmin
from predictions.models import ApiKey
from tests.factories import make_key, make_user

LIST = reverse("admin:predictions_apikey_changelist")
ADD = reverse("admin:predictions_apikey_add")


@pytest.fixture
def administrator(client, db):
    client.force_login(make_user("dora", "API administrator"))
    return client


def change(key: ApiKey) -> str:
    return reverse("admin:predictions_apikey_change", args=[key.pk])


def history_with(secret: str) -> int:
    return Client().get("/history", headers={"x-api-key": secret}).status_code


def test_a_new_key_is_shown_once_works_and_is_shown_never_again(administrator):
    answer = administrator.post(ADD, {"owner": "Paie", "scopes": ["history"]})

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    secret = re.search(r'value="([A-Za-z0-9]{48})"', answer.content.decode())[1]
    assert history_with(secret) == 200
    key = ApiKey.objects.get()
    for url in (LIST, change(key)):
        page = administrator.get(url).content.decode()
        assert secret not in page
        assert key.secret_sha256 not in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"owner": "", "scopes": ["history"]}, "owner"),
        ({"owner": "Paie", "scopes": []}, "scopes"),
        ({"owner": "Paie", "scopes": ["everything"]}, "scopes"),
        (
            {
                "owner": "Paie",
                "scopes": ["history"],
                "expires_at_0": "2020-01-01",
                "expires_at_1": "00:00",
            },
            "expires_at",
        ),
    ],
    ids=["no owner", "no scope", "unknown scope", "past expiry"],
)
def test_a_key_that_makes_no_sense_is_refused_at_its_field(administrator, form, field):
    answer = administrator.post(ADD, form)

    assert list(answer.context["adminform"].form.errors) == [field]
    assert not ApiKey.objects.exists()


def test_scopes_and_expiry_can_be_changed(administrator):
    key, secret = make_key("predict")

    administrator.post(change(key), {"scopes": ["history"]})

    assert history_with(secret) == 200


def test_a_revoked_key_stops_at_once_and_for_good(administrator):
    key, secret = make_key("history")

    administrator.post(change(key), {"scopes": ["history"], "revoke": "on"})

    assert history_with(secret) == 401
    page = administrator.get(change(key)).content.decode()
    assert 'name="_save"' not in page
    assert administrator.post(change(key), {"scopes": ["history"]}).status_code == 403


def test_a_revocation_during_an_edit_stays(administrator, monkeypatch):
    key, secret = make_key("predict", "history")
    read = ApiKeyAdmin.get_object

    def read_then_revoked_by_another(*args):
        found = read(*args)
        ApiKey.objects.update(revoked_at=timezone.now(), last_used_at=timezone.now())
        return found

    monkeypatch.setattr(ApiKeyAdmin, "get_object", read_then_revoked_by_another)
    administrator.post(change(key), {"scopes": ["history"]})

    key.refresh_from_db()
    assert key.scopes == ["history"]
    assert key.revoked_at is not None
    assert key.last_used_at is not None
    assert history_with(secret) == 401


def test_several_keys_are_revoked_together(administrator):
    first, _ = make_key("history")
    second, _ = make_key("history")
    earlier = timezone.now() - timezone.timedelta(days=1)
    ApiKey.objects.filter(pk=second.pk).update(revoked_at=earlier)

    administrator.post(
        LIST, {"action": "revoke", "_selected_action": [first.pk, second.pk]}
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.revoked_at is not None
    assert second.revoked_at == earlier


def test_a_key_is_never_deleted(administrator):
    key, _ = make_key("history")

    answer = administrator.post(
        LIST, {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"}
    )

    assert answer.status_code in (200, 302)
    assert ApiKey.objects.filter(pk=key.pk).exists()
