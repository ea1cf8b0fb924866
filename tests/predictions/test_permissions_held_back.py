"""Who is held back for now, by docs/permissions.md: no page, action or call more."""

import copy
import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.utils import timezone

from predictions.logins.sessions import BEGAN
from tests.predictions import permission_records as given
from tests.predictions.permission_forms import PASSWORD, form_of
from tests.predictions.permission_table import (
    NOBODY,
    SUPERUSER,
    Row,
    calls,
    held_back,
    pages,
)
from tests.predictions.routes import good_body

BODILESS = ("/cancel", "/replay")
WORDS = {200: "yes", 302: "yes", 401: "key"}
OPEN = {"/admin/login/", "/session/login/"}
FREE = {"/admin/logout/", "/session/logout/", "/i18n/setlang/"}
TWO_STEP = "/admin/two-step/"
OWN = {TWO_STEP, f"{TWO_STEP}codes/"}


def locked_out(records, settings) -> Client:
    client = given.log_in(NOBODY, records)
    User.objects.create_superuser("eve", password=PASSWORD)
    for _ in range(5):
        log_in(client, "wrong")
    return client


def idle(records, settings) -> Client:
    client = given.log_in(SUPERUSER, records)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    return client


def old(records, settings) -> Client:
    client = given.log_in(SUPERUSER, records)
    session = client.session
    session[BEGAN] = int(time.time()) - settings.SESSION_LASTS
    session.save()
    return client


def logged_out_elsewhere(records, settings) -> Client:
    client = given.log_in(SUPERUSER, records)
    eve = User.objects.get(username="eve")
    eve.set_password("battery staple 9")
    eve.save()
    return client


def without_second_step(records, settings) -> Client:
    settings.ADMIN_TOTP_REQUIRED = False
    client = given.log_in(SUPERUSER, records)
    settings.ADMIN_TOTP_REQUIRED = True
    return client


CASES: dict[str, Callable] = {
    "Locked out after too many wrong passwords": locked_out,
    "Unused for longer than `SESSION_IDLE_MINUTES`": idle,
    "Older than `SESSION_HOURS`": old,
    "Logged out elsewhere by a new password": logged_out_elsewhere,
    "Without the two-step login that `ADMIN_TOTP_REQUIRED` asks for": (
        without_second_step
    ),
}
PARTS = {
    "Pages and actions": lambda row: row.address not in OPEN | FREE | OWN,
    "Log in": lambda row: row.address in OPEN and row.method == "POST",
    "Log out, language": lambda row: row.address in FREE,
}


def headers(client) -> dict[str, str]:
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


def log_in(client, password, page="/admin/login/"):
    form = {"username": "eve", "password": password}
    return client.post(page, form, headers=headers(client))


def asked(client: Client, row: Row, records) -> str:
    """What the table calls the answer."""
    path = row.path(records)
    if row.address in OPEN and row.method == "POST":
        changed = User.objects.get(username="eve").check_password(PASSWORD)
        answer = log_in(client, PASSWORD if changed else "battery staple 9", path)
    elif row.method == "GET":
        answer = client.get(path)
    else:
        form = form_of(row.address, row.action, records)
        answer = client.post(path, form, headers=headers(client))
    if answer.status_code == 429:
        return "locked"
    if answer.get("Location", "").startswith("/admin/login/?next="):
        onward = client.get(answer["Location"])
        return "two-step" if onward.get("Location") == TWO_STEP else "login"
    return "yes" if answer.status_code in (200, 302) else str(answer.status_code)


@pytest.fixture
def records(db):
    return given.make()


def test_the_table_has_each_case_and_no_other():
    assert list(held_back()) == list(CASES)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("case", CASES)
def test_each_page_and_action_answers_what_the_table_says(
    records, settings, case, part
):
    rows = [row for row in pages() if PARTS[part](row)]
    client = CASES[case](records, settings)

    found = {}
    for row in rows:
        cookies = copy.deepcopy(client.cookies)
        start = transaction.savepoint()
        found[str(row)] = asked(client, row, records)
        transaction.savepoint_rollback(start)
        client.cookies = cookies

    assert found == dict.fromkeys(map(str, rows), held_back()[case][part])


@pytest.mark.parametrize("case", CASES)
def test_no_action_does_anything(records, settings, case):
    client = CASES[case](records, settings)
    before = given.rows_of_all_tables()

    for row in pages():
        if row.method == "POST" and PARTS["Pages and actions"](row):
            asked(client, row, records)

    assert given.rows_of_all_tables() == before


def body_of(row, features) -> bytes:
    if row.method == "GET" or row.address.endswith(BODILESS):
        return b""
    return json.dumps(good_body(row.method, row.address, features)).encode()


@pytest.mark.parametrize("case", CASES)
def test_each_call_of_the_api_is_answered_as_to_nobody(
    records, settings, features, case
):
    client = CASES[case](records, settings)

    found = {}
    for row in calls():
        body = body_of(row, features)
        answer = client.generic(
            row.method,
            row.path(records),
            body,
            "application/json",
            headers=headers(client),
        )
        found[str(row)] = WORDS.get(answer.status_code, answer.status_code)

    assert held_back()[case]["Calls of the API"] == "key"
    assert found == {str(row): row.says[NOBODY] for row in calls()}


@pytest.mark.parametrize("path", sorted(OWN))
def test_the_pages_of_two_step_login_open_for_who_has_to_set_it_up(
    records, settings, path
):
    client = without_second_step(records, settings)

    assert client.get(path).status_code in (200, 410)


@pytest.mark.parametrize("path", sorted(OWN))
@pytest.mark.parametrize("case", [locked_out, idle, old, logged_out_elsewhere])
def test_the_pages_of_two_step_login_need_a_login(records, settings, case, path):
    client = case(records, settings)

    assert client.get(path)["Location"] == f"/admin/login/?next={path}"
