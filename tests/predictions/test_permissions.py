"""docs/permissions.md has every page and action, and each role may what it says."""

import copy

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import WARNING, get_messages
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from attrition.models import Employee
from tests.factories import make_user
from tests.predictions import permission_records as given
from tests.predictions.permission_forms import form_of
from tests.predictions.permission_table import (
    EVERYBODY,
    SUPERUSER,
    Row,
    pages,
    served,
)

OPENED = [row for row in pages() if row.method == "GET"]
DONE = [row for row in pages() if row.method == "POST"]
LOGIN = "/admin/login/"
LEAVES_NO_TRACE = {
    "/admin/login/",
    "/session/login/",
    "/admin/logout/",
    "/session/logout/",
    "/i18n/setlang/",
}


@pytest.fixture
def records(db) -> dict[str, object]:
    return given.make()


def word(answer: HttpResponse, path: str) -> str:
    """What the table calls this answer."""
    if answer.status_code == 403:
        return "no"
    if answer.status_code == 404:
        return "none"
    chain = getattr(answer, "redirect_chain", None)
    place = chain[-1][0] if chain else answer.get("Location", "")
    if place.startswith(f"{LOGIN}?next="):
        return "login"
    assert not chain or place in (f"{path}change/", "/admin/"), f"{path} leads away"
    return "yes"


def done(client: Client, row: Row, records: dict[str, object]) -> str:
    """What the table calls the outcome, once it is sure that the outcome is real."""
    path = row.path(records)
    form = form_of(row.address, row.action, records)
    before = given.rows_of_all_tables()
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}

    answer = client.post(path, form, headers=headers)

    outcome = word(answer, path)
    if row.address in LEAVES_NO_TRACE:
        return outcome
    has_changed = given.rows_of_all_tables() != before
    warnings = [m for m in get_messages(answer.wsgi_request) if m.level >= WARNING]
    if row.action and warnings and not has_changed:
        return "no"  # a list leads back, and says that there is no such action
    assert has_changed == (outcome == "yes"), f"{row}: {answer.status_code}"
    if outcome == "yes":
        is_over = answer.status_code == 302 or "Content-Disposition" in answer
        assert is_over, f"{row} asks again"
        assert not warnings, f"{row}: {warnings}"
    return outcome


@pytest.fixture
def undone():
    """Do something as if it had not been done: the next starts where this one did."""

    def do(client: Client, row: Row, records: dict[str, object]) -> str:
        cookies = copy.deepcopy(client.cookies)
        start = transaction.savepoint()  # an atomic block would forbid durable ones
        outcome = done(client, row, records)
        transaction.savepoint_rollback(start)
        client.cookies = cookies
        return outcome

    return do


def test_the_table_has_each_address_there_is_and_no_other():
    listed = {row.shape for row in pages()}

    assert listed == set(served(back_office=True))


def test_each_line_of_the_table_stands_there_once():
    listed = [str(row) for row in pages()]

    assert sorted(set(listed)) == sorted(listed)


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_page_opens_for_whom_the_table_says(records, role):
    client = given.log_in(role, records)

    found = {
        str(row): word(given.opened(client, path), path)
        for row, path in ((row, row.path(records)) for row in OPENED)
    }

    assert found == {str(row): row.says[role] for row in OPENED}


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_action_is_done_for_whom_the_table_says(records, undone, role):
    client = given.log_in(role, records)

    found = {str(row): undone(client, row, records) for row in DONE}

    assert found == {str(row): row.says[role] for row in DONE}


def test_an_import_is_shown_to_who_began_it_alone(records):
    given.log_in("HR manager", records)
    other = Client()
    other.force_login(make_user("mallory"))

    for row in OPENED:
        if "{waiting import}" in row.address:
            answer = other.get(row.path(records))

            assert answer.status_code == 302
            assert answer["Location"] == "/admin/attrition/employee/import/"


@pytest.mark.parametrize("way", ["its page", "the list"])
def test_a_login_that_has_changed_something_is_not_deleted(records, way):
    client = given.log_in(SUPERUSER, records)
    employee = Employee.objects.get(pk=records["employee"])
    LogEntry.objects.log_actions(records["user"], [employee], CHANGE, "Archived.")
    [deletes] = [
        row
        for row in DONE
        if "/auth/user/" in row.address
        and (
            "/delete/" in row.address
            if way == "its page"
            else row.action == "delete_selected"
        )
    ]
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}

    form = form_of(deletes.address, deletes.action, records)
    answer = client.post(deletes.path(records), form, headers=headers)

    assert answer.status_code == 403
    assert User.objects.filter(pk=records["user"]).exists()
    assert LogEntry.objects.filter(user=records["user"]).exists()
