"""Two-step login, as the person sets it up and logs in with it."""

import re
from base64 import b32decode
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from predictions.logins import second_step
from tests.factories import make_user
from tests.predictions.codes import code_of

PAGE, CODES = "/admin/two-step/", "/admin/two-step/codes/"
RIGHT = "correct horse"
EN = {"accept-language": "en"}


@pytest.fixture
def ana(db):
    return make_user("ana", "HR auditor")


@pytest.fixture
def device(ana):
    """Her app, set up a while ago."""
    device = second_step.waiting_device(ana)
    assert second_step.confirm(device, code_of(device, later=-1))
    device.refresh_from_db()
    return device


def log_in(code="", password=RIGHT, name="ana") -> Client:
    client = Client(headers=EN)
    form = {"username": name, "password": password, "otp_token": code}
    client.post("/admin/login/", form)
    return client


def is_in(client) -> bool:
    return client.get("/admin/").status_code == 200


def test_it_is_set_up_with_a_code_and_gives_recovery_codes_once(ana, client):
    client.force_login(ana)
    client.get(PAGE)
    code = code_of(second_step.waiting_device(ana))

    answer = client.post(PAGE, {"otp_token": code}, follow=True, headers=EN)

    codes = re.findall(r'<code class="secret">(\w+)</code>', answer.text)
    assert answer.redirect_chain == [(CODES, 302)]
    assert len(set(codes)) == second_step.RECOVERY_CODES
    assert client.get(CODES, headers=EN).status_code == 410
    assert [e.get_change_message() for e in LogEntry.objects.all()] == [
        "Two-step login set up."
    ]


def test_the_key_below_the_picture_is_the_apps(ana, client):
    client.force_login(ana)

    page = client.get(PAGE, headers=EN)

    [key] = re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    padded = key.replace(" ", "")
    assert b32decode(padded) == TOTPDevice.objects.get().bin_key


def test_the_picture_needs_no_exception_from_the_policy(ana, client):
    client.force_login(ana)

    page = client.get(PAGE)

    [drawn] = re.findall(r"<svg.*?</svg>", page.text)
    assert not re.search(r"style|script|data:|href", drawn)
    assert "unsafe" not in page["Content-Security-Policy"]


def test_a_wrong_code_sets_nothing_up(ana, client):
    client.force_login(ana)

    page = client.post(PAGE, {"otp_token": "000000"}, headers=EN)

    assert "Nothing has changed." in page.text
    assert not second_step.is_set_up(ana)
    assert is_in(log_in())


def test_it_logs_out_whoever_is_in_with_the_password_alone(ana, client):
    stolen = log_in()
    client.force_login(ana)
    client.get(PAGE)

    client.post(PAGE, {"otp_token": code_of(second_step.waiting_device(ana))})

    assert not is_in(stolen)
    assert is_in(client)


def test_a_login_needs_the_code_then(device):
    assert not is_in(log_in())
    assert not is_in(log_in("12 34"))
    device.throttle_reset()

    assert is_in(log_in(code_of(device)))


def test_a_code_written_in_two_halves_is_taken(device):
    code = code_of(device)

    assert is_in(log_in(f" {code[:3]} {code[3:]}"))


def test_a_code_is_taken_once(device):
    code = code_of(device)

    assert is_in(log_in(code))
    assert not is_in(log_in(code))


def test_the_code_that_set_it_up_is_spent(ana, client):
    client.force_login(ana)
    code = code_of(second_step.waiting_device(ana))
    client.post(PAGE, {"otp_token": code})

    assert not is_in(log_in(code))


def test_after_a_wrong_code_the_right_one_waits(device):
    log_in("000000")

    assert not is_in(log_in(code_of(device)))
    device.refresh_from_db()
    device.throttling_failure_timestamp -= timedelta(seconds=2)
    device.save()
    assert is_in(log_in(code_of(device)))


def test_wrong_codes_lock_out_as_wrong_passwords_do(device):
    client = Client()
    form = {"username": "ana", "password": RIGHT, "otp_token": "000000"}

    found = [client.post("/admin/login/", form).status_code for _ in range(5)]

    assert found == [200] * 4 + [429]


def test_a_wrong_code_is_answered_as_a_wrong_password(device):
    client = Client(headers=EN)

    def said(password):
        form = {"username": "ana", "password": password, "otp_token": "000000"}
        page = client.post("/admin/login/", form)
        return re.sub(r'value="\w{64}"', "", page.text)

    assert said(RIGHT) == said("wrong")


def test_a_recovery_code_replaces_the_app_once(ana, device):
    [code, *_others] = second_step.new_recovery_codes(ana)

    assert is_in(log_in(code.upper()))
    assert not is_in(log_in(code))
    assert second_step.recovery_codes_left(ana) == second_step.RECOVERY_CODES - 1


def test_nobody_gets_in_by_the_code_of_somebody_else(ana, device):
    other = make_user("bob")
    theirs = second_step.waiting_device(other)
    second_step.confirm(theirs, code_of(theirs, later=-1))

    assert not is_in(log_in(code_of(theirs)))
    assert not is_in(log_in(code_of(device), name="bob"))


@pytest.mark.parametrize(("button", "is_left"), [("codes", True), ("off", False)])
def test_new_codes_and_the_end_need_a_code(ana, device, client, button, is_left):
    client.force_login(ana)
    [old, *_others] = second_step.new_recovery_codes(ana)

    refused = client.post(PAGE, {"otp_token": "000000", "do": button}, headers=EN)
    device.refresh_from_db()
    device.throttle_reset()
    done = client.post(PAGE, {"otp_token": code_of(device), "do": button})

    assert "Nothing has changed." in refused.text
    assert done.status_code == 302
    assert second_step.is_set_up(ana) is is_left
    assert second_step.check(ana, old) is None


def test_the_page_is_for_who_has_logged_in(client, db):
    for page in (PAGE, CODES):
        assert client.get(page)["Location"] == f"/admin/login/?next={page}"
