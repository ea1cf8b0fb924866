"""API keys in the back-office: made, changed, listed; the secret is shown once."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from predictions import shown_once
from predictions.admin.keys import ApiKeyAdmin
from predictions.key_words import EXPLAINED
from predictions.models import ApiKey
from tests.factories import make_key, make_user
from tests.predictions.routes import CLOSED

LIST = reverse("admin:predictions_apikey_changelist")
ADD = reverse("admin:predictions_apikey_add")
ONE = {"owner": "Paie", "scopes": ["history"], "never_expires": "on"}


@pytest.fixture
def administrator(client, db):
    client.force_login(make_user("dora", "API administrator"))
    return client


def change(key: ApiKey) -> str:
    return reverse("admin:predictions_apikey_change", args=[key.pk])


def history_with(secret: str) -> int:
    return Client().get("/history", headers={"x-api-key": secret}).status_code


def secret_in(answer) -> str:
    return re.search(r'value="([A-Za-z0-9]{48})"', answer.content.decode())[1]


def when(moment) -> dict[str, str]:
    """As the form's two fields send it."""
    local = timezone.localtime(moment)
    return {"expires_at_0": f"{local:%Y-%m-%d}", "expires_at_1": f"{local:%H:%M:%S}"}


def test_a_new_key_is_shown_once_works_and_is_shown_never_again(administrator):
    answer = administrator.post(ADD, ONE, follow=True)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    secret = secret_in(answer)
    assert secret not in answer.request["PATH_INFO"]
    assert history_with(secret) == 200
    key = ApiKey.objects.get()
    for url in (LIST, change(key)):
        page = administrator.get(url).content.decode()
        assert secret not in page
        assert key.secret_sha256 not in page


def test_who_made_a_key_is_on_record_and_stays(administrator):
    administrator.post(ADD, ONE)
    key = ApiKey.objects.get()
    administrator.force_login(make_user("another", "API administrator"))

    administrator.post(change(key), ONE | {"scopes": ["audit"], "created_by": "eve"})

    key.refresh_from_db()
    assert (key.scopes, key.created_by) == (["audit"], "dora")
    for url in (LIST, change(key)):
        page = administrator.get(url, headers={"accept-language": "fr"})
        [said] = re.findall(
            r"field-maker.*?>(?:<div[^>]*>)?(\w+)</", page.content.decode(), re.DOTALL
        )
        assert said == "dora"


def test_a_key_whose_maker_is_not_on_record_says_nothing_of_them(administrator):
    key, _ = make_key("history")

    page = administrator.get(change(key)).content.decode()

    assert re.search(r'field-maker.*?readonly">–<', page, re.DOTALL)


def test_loading_the_page_again_makes_no_second_key_and_shows_no_secret(administrator):
    first = administrator.post(ADD, ONE, follow=True)
    address = first.request["PATH_INFO"]

    again = administrator.get(address)

    assert again.status_code == 410
    assert secret_in(first) not in again.content.decode()
    assert "Copier" not in again.content.decode()
    assert ApiKey.objects.count() == 1


def test_the_secret_of_one_key_is_not_lost_by_making_another(administrator):
    pages = [administrator.post(ADD, ONE)["Location"] for _ in "12"]

    secrets = {secret_in(administrator.get(page)) for page in pages}

    assert len(secrets) == 2
    assert {history_with(secret) for secret in secrets} == {200}


def test_while_it_waits_the_secret_is_readable_nowhere(administrator, caplog):
    page = administrator.post(ADD, ONE)["Location"]
    [session] = Session.objects.all()
    waiting = str(session.get_decoded())

    secret = secret_in(administrator.get(page))

    assert "secrets_shown_once" in waiting
    assert secret not in waiting
    assert secret not in caplog.text
    assert secret not in " ".join(LogEntry.objects.values_list("change_message")[0])
    [session] = Session.objects.all()
    assert session.get_decoded()[shown_once.WAITING] == {}


def test_after_ten_minutes_the_secret_is_shown_to_nobody(administrator, monkeypatch):
    page = administrator.post(ADD, ONE)["Location"]
    later = time.time() + shown_once.KEPT_FOR + 1
    monkeypatch.setattr(time, "time", lambda: later)

    assert administrator.get(page).status_code == 410


def test_another_administrator_does_not_get_the_secret(administrator):
    page = administrator.post(ADD, ONE)["Location"]
    other = Client()
    other.force_login(make_user("emil", "API administrator"))

    assert other.get(page).status_code == 410
    assert secret_in(administrator.get(page))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"owner": ""}, "owner"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        (
            {"never_expires": "", "expires_at_0": "2020-01-01", "expires_at_1": "0:0"},
            "expires_at",
        ),
        ({"never_expires": ""}, "expires_at"),
        ({"expires_at_0": "2035-01-01", "expires_at_1": "00:00"}, "never_expires"),
        (
            {"never_expires": "", "expires_at_0": "demain", "expires_at_1": "00:00"},
            "expires_at",
        ),
    ],
    ids=[
        "no owner",
        "no scope",
        "unknown scope",
        "past expiry",
        "no expiry",
        "an expiry and never",
        "no date",
    ],
)
def test_a_key_that_makes_no_sense_is_refused_at_its_field(administrator, form, field):
    answer = administrator.post(ADD, ONE | form)

    assert list(answer.context["adminform"].form.errors) == [field]
    assert not ApiKey.objects.exists()


def test_a_year_is_offered_and_never_is_chosen_deliberately(administrator):
    form = administrator.get(ADD).context["adminform"].form
    offered = form.initial["expires_at"]
    assert abs(offered - timezone.now() - timedelta(days=365)) < timedelta(minutes=2)

    sent = {"owner": "Paie", "scopes": ["history"]}
    administrator.post(ADD, sent | when(offered))
    administrator.post(ADD, ONE | when(offered) | {"never_expires": ""})
    administrator.post(ADD, ONE)

    ends = [key.expires_at for key in ApiKey.objects.order_by("pk")]
    assert ends == [offered, offered, None]


def test_each_call_is_said_to_be_in_the_scope_that_it_needs():
    explained = {
        tuple(call.split()): scope
        for scope, explained in EXPLAINED.items()
        for call in explained.calls
    }

    assert explained == CLOSED


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_scope_says_in_words_what_it_allows_and_by_which_calls(
    administrator, language
):
    page = administrator.get(ADD, headers={"accept-language": language})

    text = page.content.decode()
    for (method, path), scope in CLOSED.items():
        assert f"<code>{scope.value}</code>" in text
        assert f"<code>{method} {path}</code>" in text
    said = {"fr": "Lit tout le journal", "en": "Reads the whole log"}
    assert [lang for lang, words in said.items() if words in text] == [language]


def test_scopes_and_expiry_can_be_changed_and_say_from_what_to_what(administrator):
    key, secret = make_key("predict")
    end = timezone.now().replace(microsecond=0) + timedelta(days=40)

    administrator.post(change(key), {"scopes": ["history"], **when(end)})

    assert history_with(secret) == 200
    key.refresh_from_db()
    assert key.expires_at == end
    history = administrator.get(
        reverse("admin:predictions_apikey_history", args=[key.pk])
    ).content.decode()
    assert "demander des prédictions → lire le journal" in history
    assert f"jamais → {timezone.localtime(end):%d/%m/%Y}" in history


def test_a_change_of_nothing_says_so(administrator):
    key, _ = make_key("predict", expires_at=timezone.now() + timedelta(days=40))

    administrator.post(change(key), {"scopes": ["predict"], **when(key.expires_at)})

    assert LogEntry.objects.get().get_change_message() == "Rien n'a changé."


def test_a_revocation_during_an_edit_stays(administrator, monkeypatch):
    key, secret = make_key("predict", "history")
    read = ApiKeyAdmin.get_object

    def read_then_revoked_by_another(*args):
        found = read(*args)
        ApiKey.objects.update(revoked_at=timezone.now(), last_used_at=timezone.now())
        return found

    monkeypatch.setattr(ApiKeyAdmin, "get_object", read_then_revoked_by_another)
    administrator.post(change(key), {"scopes": ["history"], "never_expires": "on"})

    key.refresh_from_db()
    assert key.scopes == ["history"]
    assert key.revoked_at is not None
    assert key.last_used_at is not None
    assert history_with(secret) == 401


def test_a_key_is_made_like_another_for_the_same_owner(administrator):
    old, _ = make_key("predict", "audit", owner="Paie")
    address = f"{ADD}?like={old.pk}"
    assert address in administrator.get(change(old)).content.decode()

    form = administrator.get(address).context["adminform"].form

    assert (form["owner"].value(), form["scopes"].value()) == (
        "Paie",
        ["predict", "audit"],
    )


@pytest.mark.parametrize("like", ["0", "x", "99999999999999999999"])
def test_a_key_like_none_starts_empty(administrator, like):
    form = administrator.get(f"{ADD}?like={like}").context["adminform"].form

    assert form["owner"].value() is None


def test_a_key_is_never_deleted(administrator):
    key, _ = make_key("history")

    answer = administrator.post(
        LIST, {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"}
    )

    assert answer.status_code in (200, 302)
    assert ApiKey.objects.filter(pk=key.pk).exists()
