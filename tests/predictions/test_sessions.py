"""How long a login lasts, and what ends it."""

import json
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from predictions.logins.sessions import BEGAN, SEEN, end_others
from tests.factories import make_user
from tests.test_settings import manage

RIGHT, NEW = "correct horse", "battery staple 9"
HOUR = 3600


@pytest.fixture
def ana(db):
    return make_user("ana", "HR auditor")


def logged_in(name="ana") -> Client:
    client = Client()
    form = {"username": name, "password": RIGHT}
    assert client.post("/admin/login/", form).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def as_if(client: Client, **times: int) -> None:
    """These moments of the session were so many seconds ago."""
    session = client.session
    for name, ago in times.items():
        session[name] = int(time.time()) - ago
    session.save()


def test_a_login_ends_after_twelve_hours_however_busy(ana):
    client = logged_in()
    as_if(client, **{BEGAN: 12 * HOUR - 60})
    assert is_in(client)

    as_if(client, **{BEGAN: 12 * HOUR})

    assert not is_in(client)
    assert not Session.objects.exists()


def test_a_login_ends_after_an_hour_without_use(ana):
    client = logged_in()

    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert not is_in(client)


def test_use_puts_the_end_off_and_writes_once_a_minute(ana):
    client = logged_in()
    as_if(client, **{SEEN: 59})
    soon = timezone.now() + timedelta(minutes=5)
    Session.objects.update(expire_date=soon)

    client.get("/admin/")
    assert Session.objects.get().expire_date == soon
    as_if(client, **{SEEN: 61})
    Session.objects.update(expire_date=soon)
    client.get("/admin/")

    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)


def test_a_session_that_does_not_say_when_it_began_is_over(ana):
    client = logged_in()
    session = client.session
    del session[BEGAN]
    session.save()

    assert not is_in(client)


def test_a_clock_that_is_set_back_logs_nobody_out(ana):
    client = logged_in()
    as_if(client, **{BEGAN: -90, SEEN: -90})

    assert is_in(client)


def test_the_api_takes_no_session_that_is_over(ana):
    client = logged_in()
    assert client.get("/history").status_code == 200

    as_if(client, **{BEGAN: 12 * HOUR})

    assert client.get("/history").status_code == 401


def test_a_login_gets_a_session_of_its_own(ana):
    client = Client()
    client.post("/i18n/setlang/", {"language": "en"})
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key

    client.post("/admin/login/", {"username": "ana", "password": RIGHT})

    assert client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_a_new_password_logs_out_everywhere_else(ana):
    here, there = logged_in(), logged_in()
    form = {"old_password": RIGHT, "new_password1": NEW, "new_password2": NEW}

    assert here.post("/admin/password_change/", form).status_code == 302

    assert is_in(here)
    assert not is_in(there)


def test_all_others_of_one_person_are_ended(ana):
    make_user("bob")
    here, there, bobs = logged_in(), logged_in(), logged_in("bob")

    ended = end_others(ana, keep=here.session.session_key)

    assert ended == 1
    assert [is_in(client) for client in (here, there, bobs)] == [True, False, True]


def test_a_secret_that_was_replaced_still_signs_sessions(ana, settings):
    client = logged_in()
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret" * 5
    settings.SECRET_KEY_FALLBACKS = [old]
    assert is_in(client)

    settings.SECRET_KEY_FALLBACKS = []

    assert is_in(client)  # it was signed anew


def test_a_secret_that_is_gone_signs_nothing_any_more(ana, settings):
    client = logged_in()

    settings.SECRET_KEY = "another-secret" * 5

    assert not is_in(client)


def test_cookies_are_for_the_pages_of_this_site_alone(ana):
    client = logged_in()

    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""


def test_behind_tls_no_other_host_of_the_domain_can_set_the_cookies():
    script = (
        "import json; from django.conf import settings as s; print(json.dumps(["
        "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE]))"
    )

    found = manage("shell", "--verbosity", "0", "-c", script)

    names = ["__Host-sessionid", "__Host-csrftoken", True]
    assert json.loads(found.stdout) == names


@pytest.mark.parametrize("page", ["/admin/login/", "/admin/", "/admin/two-step/"])
def test_pages_tell_other_sites_nothing(ana, page):
    answer = logged_in().get(page, follow=True)

    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
