"""Revoking API keys: why, by whom and when, from the page, the list and a terminal."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from predictions.models import ApiKey
from tests.factories import make_key, make_user

LIST = reverse("admin:predictions_apikey_changelist")
WHY = "trouvée dans un dépôt public"


@pytest.fixture
def administrator(client, db):
    client.force_login(make_user("dora", "API administrator"))
    return client


def page_of(key: ApiKey) -> str:
    return reverse("admin:predictions_apikey_change", args=[key.pk])


def revoking(key: ApiKey) -> str:
    return reverse("admin:revoke_api_key", args=[key.pk])


def history_with(secret: str) -> int:
    return Client().get("/history", headers={"x-api-key": secret}).status_code


def selected(*keys: ApiKey, **more: str) -> dict:
    return {
        "action": "revoke_selected",
        "_selected_action": [key.pk for key in keys],
        **more,
    }


def test_a_key_stops_for_good_and_says_why_by_whom_and_when(administrator):
    key, secret = make_key("history")
    assert revoking(key) in administrator.get(page_of(key)).content.decode()

    administrator.post(revoking(key), {"reason": f"  {WHY} "})

    assert history_with(secret) == 401
    key.refresh_from_db()
    assert (key.revocation_reason, key.revoked_by) == (WHY, "dora")
    page = administrator.get(page_of(key)).content.decode()
    assert WHY in page
    assert "dora" in page
    assert "révoquée depuis le" in page
    assert 'name="_save"' not in page
    assert revoking(key) not in page
    assert LogEntry.objects.get().get_change_message() == f"Révoquée\u00a0: {WHY}"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201], ids=["", "blank", "long"])
def test_without_a_reason_nothing_is_revoked(administrator, reason):
    key, secret = make_key("history")

    answer = administrator.post(revoking(key), {"reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    assert history_with(secret) == 200


def test_looking_at_the_page_revokes_nothing(administrator):
    key, secret = make_key("history")

    page = administrator.get(revoking(key))

    assert str(key) in page.content.decode()
    assert history_with(secret) == 200


def test_a_revoked_key_can_not_be_changed_nor_revoked_again(administrator):
    key, _ = make_key("history")
    key.revoke(by="ana", reason="first")

    changed = administrator.post(page_of(key), {"scopes": ["history"]})
    administrator.post(revoking(key), {"reason": "second"})

    assert changed.status_code == 403
    key.refresh_from_db()
    assert (key.revocation_reason, key.revoked_by) == ("first", "ana")


def test_several_are_revoked_together_for_one_reason(administrator):
    first, first_secret = make_key("history")
    second, second_secret = make_key("history")
    third, third_secret = make_key("history")

    asked = administrator.post(LIST, selected(first, second)).content.decode()
    revoked_before = ApiKey.objects.exclude(revoked_at=None).exists()
    administrator.post(LIST, selected(first, second, reason=WHY))

    assert not revoked_before
    assert str(first) in asked
    assert str(third) not in asked
    found = [history_with(s) for s in (first_secret, second_secret, third_secret)]
    assert found == [401, 401, 200]
    assert LogEntry.objects.count() == 2


def test_the_reason_of_an_earlier_revocation_stays(administrator):
    key, _ = make_key("history")
    other, _ = make_key("history")
    key.revoke(by="ana", reason="first")
    at = key.revoked_at

    administrator.post(LIST, selected(key, other, reason="second"))
    administrator.post(LIST, selected(key, reason="third"))

    key.refresh_from_db()
    assert (key.revocation_reason, key.revoked_at) == ("first", at)


def test_who_may_not_change_keys_revokes_none(client, db):
    key, secret = make_key("history")
    client.force_login(make_user("ana", "HR auditor"))

    answers = [
        client.post(revoking(key), {"reason": WHY}),
        client.post(LIST, selected(key, reason=WHY)),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert history_with(secret) == 200


def test_the_page_of_no_key_is_not_found(administrator):
    address = reverse("admin:revoke_api_key", args=[4242])

    assert administrator.get(address).status_code == 404


def test_a_key_is_revoked_from_a_terminal(run, db):
    key, secret = make_key("history", owner="Paie")

    out, _ = run("revoke_api_key", f"{key.prefix}…", "--reason", WHY)

    assert str(key) in out
    assert secret not in out
    assert history_with(secret) == 401
    key.refresh_from_db()
    assert key.revocation_reason == WHY
    assert key.revoked_by


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["inconnu0", "--reason", "x"], "inconnu0"),
        (["same-abc", "--reason", " "], "--reason"),
        (["same-abc", "--reason", "x" * 201], "200"),
        (["same-abc", "--reason", "x"], "Paie"),
        (["same-abc", "--reason", "x", "--owner", "RH"], "same-abc"),
        (["same-abc"], "--reason"),
    ],
    ids=["unknown", "blank", "long", "two alike", "another owner", "no reason"],
)
def test_a_revocation_that_is_not_clear_changes_nothing(run, db, arguments, words):
    for number in "12":
        make_key("history", secret=f"same-abc{number * 40}", owner=f"Paie {number}")

    with pytest.raises(CommandError) as caught:
        run("revoke_api_key", *arguments)

    assert words in str(caught.value)
    assert not ApiKey.objects.exclude(revoked_at=None).exists()


def test_of_two_keys_that_begin_alike_the_owner_or_the_state_tells(run, db):
    for number in "12":
        make_key("history", secret=f"same-abc{number * 40}", owner=f"Paie {number}")

    run("revoke_api_key", "same-abc", "--reason", "x", "--owner", "Paie 1")
    run("revoke_api_key", "same-abc", "--reason", "y")

    found = ApiKey.objects.values_list("owner", "revocation_reason")
    assert set(found) == {("Paie 1", "x"), ("Paie 2", "y")}


def test_a_key_that_is_revoked_is_said_to_be(run, db):
    key, _ = make_key("history")
    key.revoke(by="ana", reason="first")

    with pytest.raises(CommandError, match=key.prefix):
        run("revoke_api_key", key.prefix, "--reason", "second")

    key.refresh_from_db()
    assert key.revocation_reason == "first"


def test_a_bootstrap_revives_no_revoked_key(run, db, settings):
    key, settings.API_KEY = make_key(owner="API_KEY")
    key.revoke(by="ana", reason=WHY)

    run("bootstrap")

    key.refresh_from_db()
    assert key.revoked_at <= timezone.now()
    assert ApiKey.objects.count() == 1


def test_the_key_itself_is_no_reason(administrator):
    key, secret = make_key("history")

    answer = administrator.post(revoking(key), {"reason": f"lost: {secret}"})

    assert answer.status_code == 200
    assert answer.context["form"].errors["reason"] == [
        "C'est la clé elle-même\u00a0: écrivez plutôt pourquoi vous la révoquez."
    ]
    assert history_with(secret) == 200
