"""French or English: as somebody chose, else as their browser says."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from predictions.roles import make_groups
from tests.factories import make_key, make_user

LOGIN = reverse("admin:login")
HOME = reverse("admin:index")
SWITCH = reverse("set_language")
ENGLISH = {"accept-language": "en"}


def language_of(answer) -> str:
    return re.search(r'<html lang="([a-z]+)"', answer.content.decode())[1]


def choose(client: Client, language: str, after: str = HOME):
    return client.post(SWITCH, {"language": language, "next": after})


@pytest.mark.parametrize("path", [LOGIN, HOME, "/history"])
def test_a_page_is_in_the_language_of_the_browser_and_says_so(auditor, client, path):
    if path != LOGIN:
        client.force_login(auditor)

    for language in ("fr", "en"):
        headers = {"accept": "text/html", "accept-language": language}
        assert language_of(client.get(path, headers=headers)) == language


@pytest.mark.parametrize("path", [LOGIN, HOME, "/history"])
def test_a_page_offers_the_other_language(auditor, client, path):
    if path != LOGIN:
        client.force_login(auditor)

    page = client.get(path, headers={"accept": "text/html"}).text

    assert f'action="{SWITCH}"' in page
    assert f'name="next" value="{path}"' in page
    assert 'value="en" lang="en">English<' in page
    assert 'value="fr"' not in page


@pytest.mark.parametrize("attempts", [1, 6], ids=["wrong", "locked out"])
def test_who_failed_to_log_in_can_still_change_the_language(client, db, attempts):
    sent = {"username": "ana", "password": "wrong"}
    for _ in range(attempts):
        page = client.post(f"{LOGIN}?next={HOME}", sent)

    assert page.status_code == (200 if attempts == 1 else 429)
    assert 'value="en" lang="en">English<' in page.text
    assert f'name="next" value="{LOGIN}?next={HOME}"' in page.text


def test_a_choice_outweighs_the_browser_and_lasts(auditor, client):
    client.force_login(auditor)

    answer = choose(client, "fr", after=f"{HOME}?x=1")

    assert answer["Location"] == f"{HOME}?x=1"
    assert language_of(client.get(HOME, headers=ENGLISH)) == "fr"
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["max-age"] >= 300 * 24 * 3600
    assert cookie["httponly"]


def test_a_choice_made_before_logging_in_is_there_after_and_after_that(client, db):
    make_user("ana", "HR auditor")

    choose(client, "en", after=LOGIN)
    client.post(LOGIN, {"username": "ana", "password": "correct horse"})
    home = client.get(HOME)
    client.post(reverse("admin:logout"))

    assert home.context["user"].get_username() == "ana"
    assert language_of(home) == "en"
    assert language_of(client.get(LOGIN)) == "en"


def test_nobody_is_led_elsewhere(client):
    answer = choose(client, "en", after="https://elsewhere.example/")

    assert "elsewhere" not in answer["Location"]


def test_the_page_that_shows_a_secret_once_does_not_offer_to_leave_it(client, db):
    client.force_login(make_user("bob"))

    form = {"owner": "ana", "scopes": ["predict"], "never_expires": "on"}
    page = client.post(reverse("admin:predictions_apikey_add"), form, follow=True).text

    assert 'class="secret"' in page
    assert SWITCH not in page


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_a_program_with_a_key_is_answered_as_it_asks_whatever_was_chosen(db, header):
    _, secret = make_key("predict")
    value = secret if header == "X-API-Key" else f"Api-Key {secret}"
    program = APIClient(headers={header: value, "accept-language": "fr"})
    program.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    answer = program.get("/history")

    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("Il faut pour cela le droit")


def test_somebody_who_has_logged_in_reads_a_refusal_as_they_chose(auditor, client):
    client.force_login(auditor)
    choose(client, "en")

    answer = client.get("/predictions/999999", headers={"accept-language": "fr"})

    assert answer.json()["detail"] == "There is no prediction 999999."


@pytest.mark.parametrize(
    ("language", "role"), [("fr", "Auditeur RH"), ("en", "HR auditor")]
)
def test_groups_are_called_as_the_reader_calls_them(client, db, language, role):
    make_groups()
    user = make_user("bob")
    client.force_login(user)
    headers = {"accept-language": language}

    for path in ("auth/group/", f"auth/user/{user.pk}/change/", "auth/user/"):
        page = client.get(f"/admin/{path}", headers=headers).text
        words = re.sub(r"<[^>]*>", " ", page)
        assert role in words, path
        assert ("HR auditor" in words) == (language == "en"), path


@pytest.mark.parametrize(
    ("page", "title"),
    [("add", "Ajouter\u00a0: utilisateur"), ("change", "Modifier\u00a0: utilisateur")],
)
def test_djangos_titles_read_well_in_french(client, db, page, title):
    user = make_user("bob")
    client.force_login(user)

    args = [] if page == "add" else [user.pk]
    text = client.get(reverse(f"admin:auth_user_{page}", args=args)).text

    assert f"<h1>{title}</h1>" in text
