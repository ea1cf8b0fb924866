"""What an API administrator sees of refused calls: which and why, of which key."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from predictions.models import Prediction, Refusal, UnknownCallers
from tests.factories import make_key, make_user

REFUSALS = reverse("admin:predictions_refusal_changelist")


@pytest.fixture
def administrator(client, db):
    client.force_login(make_user("dora", "API administrator"))
    return client


def refuse(key, count: int, **fields) -> None:
    Refusal.objects.bulk_create(
        Refusal(
            route="predict",
            status=422,
            code="unknown_field",
            key_prefix=key.prefix,
            key_owner=key.owner,
            request_id=f"request-{number}",
            **fields,
        )
        for number in range(count)
    )


def page_of(key) -> str:
    return reverse("admin:predictions_apikey_change", args=[key.pk])


def test_a_keys_page_has_its_ten_newest_refusals_and_their_count(administrator):
    key, _ = make_key("predict")
    other, _ = make_key("predict")
    refuse(key, 11)
    refuse(key, 4, created_at=timezone.now() - timedelta(days=31))
    refuse(other, 5)

    page = administrator.get(page_of(key)).content.decode()

    assert len(re.findall(r"/refusal/\d+/change/", page)) == 10
    assert "30 derniers jours\u00a0: 11." in page
    assert f"{REFUSALS}?key_prefix={key.prefix}" in page


def test_a_key_without_refusals_says_so(administrator):
    key, _ = make_key("predict")

    page = administrator.get(page_of(key)).content.decode()

    assert "Aucun appel" in page


def test_refusals_are_found_by_their_key(administrator):
    key, _ = make_key("predict", owner="Paie")
    other, _ = make_key("predict")
    type(key).objects.filter(pk=key.pk).update(last_used_at=timezone.now())
    refuse(key, 3)
    refuse(other, 2)

    page = administrator.get(REFUSALS, {"key_prefix": key.prefix}).content.decode()

    assert len(set(re.findall(r"/refusal/(\d+)/change/", page))) == 3
    assert f"{key.prefix}… (Paie)" in page
    assert other.prefix not in page


def test_refusals_of_a_key_come_through_its_index(db):
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    key, _ = make_key("predict")
    for _ in range(20):
        refuse(make_key("predict")[0], 500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE prediction_refusals")

    from predictions.models.newest import NEWEST_OF_SOME

    rows = Refusal.objects.filter(key_prefix=key.prefix).order_by(*NEWEST_OF_SOME)
    assert "refusal_by_key" in rows[:10].explain()


def test_it_sees_refusals_and_unknown_callers_and_no_predictions(administrator):
    names = {model: model._meta.model_name for model in (Refusal, UnknownCallers)}

    for name in names.values():
        address = reverse(f"admin:predictions_{name}_changelist")
        assert administrator.get(address).status_code == 200
    log = reverse(f"admin:predictions_{Prediction._meta.model_name}_changelist")
    assert administrator.get(log).status_code == 403


def test_without_the_permission_a_keys_page_says_nothing_of_refusals(client, db):
    user = make_user("fay", "ML engineer")
    from django.contrib.auth.models import Permission

    user.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    client.force_login(user)
    key, _ = make_key("predict")
    refuse(key, 1)

    page = client.get(page_of(key)).content.decode()

    assert "unknown_field" not in page
    assert 'class="module refusals"' not in page
