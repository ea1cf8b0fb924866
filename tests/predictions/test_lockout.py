"""Too many wrong passwords: who waits, where, how long, and what they are told."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from predictions.logins import lockout
from tests.factories import make_user

HERE, THERE = "192.0.2.1", "192.0.2.2"
RIGHT = "correct horse"
LOGINS = ["/admin/login/", "/session/login/"]


@pytest.fixture
def bob(db):
    return make_user("bob")


def attempt(password, name="bob", at=HERE, page="/admin/login/", language="en", **more):
    headers = {"accept-language": language}
    form = {"username": name, "password": password} | more
    return Client(REMOTE_ADDR=at).post(page, form, headers=headers)


def fail(times, **where):
    for _ in range(times):
        answer = attempt("wrong", **where)
    return answer


@pytest.mark.parametrize("page", LOGINS)
def test_the_fifth_wrong_password_locks_out_and_the_right_one_waits_too(bob, page):
    assert fail(4, page=page).status_code == 200

    fifth = attempt("wrong", page=page)
    right = attempt(RIGHT, page=page)

    assert (fifth.status_code, right.status_code) == (429, 429)
    assert 890 <= int(right["Retry-After"]) <= 900
    assert "_auth_user_id" not in right.client.session


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Wait 15 min, then try again."),
        ("fr", "Attendez 15\N{NO-BREAK SPACE}min, puis réessayez."),
    ],
)
def test_the_page_says_how_long_and_whom_to_ask(bob, language, words):
    answer = fail(5, language=language)

    assert words in answer.text
    assert answer["Content-Language"] == language


def test_a_name_that_does_not_exist_is_answered_alike(bob):
    real = [fail(1, name="bob") for _ in range(6)]
    none = [fail(1, name="bab") for _ in range(6)]

    def said(answer):
        return answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)

    assert [said(a) for a in real] == [said(a) for a in none]


def test_whoever_is_locked_out_waits_as_long_as_for_a_wrong_password(bob, monkeypatch):
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, *args: hashed.append(1) or encode(self, *args),
    )

    counts = []
    for _ in range(6):
        before = len(hashed)
        fail(1)
        counts.append(len(hashed) - before)

    assert counts == [1] * 6


def test_another_address_is_not_locked_out(bob):
    fail(5)

    assert attempt(RIGHT, at=THERE).status_code == 302


def test_many_addresses_together_lock_a_user_out_everywhere(bob, settings):
    settings.LOGIN_FAILURES_PER_USER = 8
    for number in range(2):
        fail(4, at=f"198.51.100.{number}")

    answer = attempt(RIGHT, at=THERE)

    assert answer.status_code == 429
    assert "Retry-After" in answer


def test_another_user_at_the_same_address_is_not_locked_out(bob):
    make_user("ana", "HR auditor")
    fail(5)

    assert attempt(RIGHT, name="ana").status_code == 302


def test_after_the_wait_one_may_try_again(bob):
    fail(5)
    over = timezone.now() - timedelta(minutes=15, seconds=1)
    AccessAttempt.objects.update(attempt_time=over)

    assert attempt(RIGHT).status_code == 302


def test_trying_meanwhile_makes_the_wait_no_longer_and_stores_nothing(bob):
    fail(5)
    earlier = timezone.now() - timedelta(minutes=10)
    AccessAttempt.objects.update(attempt_time=earlier)
    before = list(AccessAttempt.objects.values_list())

    answer = fail(3)

    assert list(AccessAttempt.objects.values_list()) == before
    assert 290 <= int(answer["Retry-After"]) <= 300


def test_a_login_forgets_the_failures_of_its_address_alone(bob):
    fail(4)
    fail(4, at=THERE)

    attempt(RIGHT)

    assert fail(4).status_code == 200
    assert attempt("wrong", at=THERE).status_code == 429


def test_another_browser_at_the_same_address_goes_on_counting(bob):
    for number in range(5):
        client = Client(REMOTE_ADDR=HERE, headers={"user-agent": f"browser {number}"})
        form = {"username": "bob", "password": "wrong"}
        answer = client.post("/admin/login/", form)

    assert answer.status_code == 429


def test_no_password_and_no_code_is_kept_of_an_attempt(bob):
    attempt("hunter2-of-bob", otp_token="123456")

    [stored] = AccessAttempt.objects.values()
    assert "hunter2" not in str(stored)
    assert "123456" not in str(stored)


def test_the_text_log_names_neither_user_nor_address(bob, caplog):
    fail(5)

    assert "Locking out" in caplog.text
    assert "bob" not in caplog.text
    assert HERE not in caplog.text


def test_who_is_in_stays_in_while_somebody_guesses(bob, client):
    client.force_login(bob)
    fail(5)

    assert client.get("/admin/").status_code == 200


def test_the_list_of_logins_says_who_is_locked_out(bob, client):
    client.force_login(bob)
    make_user("ana", "HR auditor")
    fail(5, name="ana")
    until = lockout.locked_until(["ana", "bob"])

    page = client.get("/admin/auth/user/")

    assert list(until) == ["ana"]
    locked = re.findall(r'field-locked">([^<]*)<', page.text)
    assert sorted(text == "–" for text in locked) == [False, True]


def test_the_list_of_logins_asks_as_often_for_three_as_for_one(bob, client):
    client.force_login(bob)

    asked = []
    for name in ("ana", "carl", "dora"):
        make_user(name, "HR auditor")
        fail(5, name=name)
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/auth/user/")
        asked.append(len(queries))

    assert asked[0] == asked[2]


@pytest.mark.parametrize("name", [" bob", "bob\u3000", "ｂｏｂ"])
def test_a_name_that_is_written_otherwise_is_counted_as_what_it_is(bob, name):
    """As Django reads names: without blanks around them, and in NFKC."""
    fail(5, name=name)

    assert attempt(RIGHT).status_code == 429


@pytest.mark.parametrize("page", LOGINS)
@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:"],
)
def test_a_login_leads_to_no_other_site(bob, page, then):
    answer = attempt(RIGHT, page=f"{page}?next={then}", next=then)

    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"
