"""Somebody who is archived: left out where everyone is scored, and still there."""

import json
from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from attrition.models import Employee
from predictions.models import Prediction
from tests.factories import EmployeeFactory, make_user, seed_features
from tests.predictions.refusals import send

LIST = reverse("admin:attrition_employee_changelist")
pytestmark = pytest.mark.django_db


def change(pk: int) -> str:
    return reverse("admin:attrition_employee_change", args=[pk])


def active() -> list[int]:
    return list(Employee.objects.active().values_list("pk", flat=True))


@pytest.fixture
def gone():
    return EmployeeFactory(pk=669, archived_at=timezone.now() - timedelta(days=3))


@pytest.fixture
def stays():
    return EmployeeFactory(pk=670, features={"poste": "Manager"})


@pytest.fixture
def manager(client):
    client.force_login(make_user("bob", "HR manager"))
    return client


# Scoring


@pytest.mark.parametrize("options", [[], ["--changed-only"]], ids=["all", "changed"])
def test_who_is_archived_is_left_out_where_everyone_is_scored(
    run, gone, stays, options
):
    run("score_employee", "--all", *options)

    assert Prediction.objects.get().employee_id == stays.pk


def test_who_is_archived_is_scored_when_named(run, gone, stays):
    out, _ = run("score_employee", gone.pk, "--format", "json")

    assert [row["employee_id"] for row in json.loads(out)] == [gone.pk]


def test_who_is_archived_can_be_asked_about_by_number(api, gone):
    assert api.post("/predict_by_id/669").status_code == 200
    body = {"employee_ids": [669]}
    assert send(api, "POST", "/predict/batch", body).json()["scored"] == 1


def test_what_was_answered_of_them_stays_in_the_log(api, gone):
    api.post("/predict_by_id/669")

    assert len(api.get("/history/669").json()) == 1


# The API


def test_who_is_archived_is_read_with_the_time(api, gone, stays):
    found = api.get("/employees/669").json()

    assert found["features"] == seed_features()
    assert found["archived_at"].endswith("Z")
    assert datetime.fromisoformat(found["archived_at"]) == gone.archived_at
    assert api.get("/employees").json()[0] == found
    assert api.get("/employees/670").json()["archived_at"] is None


@pytest.mark.parametrize(
    "features", [seed_features(), {"age": 44}], ids=["same", "new"]
)
def test_put_brings_somebody_back(api, gone, features):
    answer = send(api, "PUT", "/employees/669", {"features": features})

    assert answer.status_code == 200
    assert answer.json()["archived_at"] is None
    assert answer.json() == api.get("/employees/669").json()
    assert active() == [669]


def test_patch_brings_nobody_back(api, gone):
    before = api.get("/employees/669").json()["archived_at"]

    answer = send(api, "PATCH", "/employees/669", {"features": {"age": 44}})

    assert answer.json()["archived_at"] == before
    assert active() == []


# The back-office


@pytest.mark.parametrize(
    ("query", "title", "shown"),
    [
        ({}, "Active employees", [670]),
        ({"archived": "no"}, "Active employees", [670]),
        ({"archived": "yes"}, "Archived employees", [669]),
        ({"archived": "all"}, "All employees", [669, 670]),
        ({"archived": "zzz"}, "Active employees", [670]),
        ({"q": "669"}, "All employees", [669]),
        ({"q": "669", "archived": "no"}, "Active employees", []),
        ({"q": "669", "archived": "yes"}, "Archived employees", [669]),
    ],
    ids=str,
)
def test_the_list_shows_who_is_active_and_says_whom_it_shows(
    manager, gone, stays, query, title, shown
):
    page = manager.get(LIST, query, headers={"accept-language": "en"})

    text = page.content.decode()
    assert f"<h1>{title}</h1>" in text
    assert [row.pk for row in page.context["cl"].result_list] == shown
    [selected] = [
        choice["display"]
        for choice in page.context["cl"].filter_specs[0].choices(page.context["cl"])
        if choice["selected"]
    ]
    assert str(selected).capitalize() == title


def test_the_list_says_so_in_french(manager, gone):
    page = manager.get(LIST, {"archived": "yes"}, headers={"accept-language": "fr"})

    text = page.content.decode()
    assert "<h1>Employés archivés</h1>" in text
    assert "Archiver les employés sélectionnés" in text
    assert "Réintégrer les employés sélectionnés" in text


def test_the_page_says_since_when_somebody_is_archived(manager, gone, stays):
    assert "field-archived_at" in manager.get(change(669)).content.decode()
    assert "field-archived_at" not in manager.get(change(670)).content.decode()


def test_an_edit_brings_nobody_back(manager, gone):
    shown = manager.get(change(669)).context["adminform"].form.initial["digest"]

    answer = manager.post(change(669), {"age": "44", "digest": shown})

    assert answer.status_code == 302
    assert Employee.objects.get().features["age"] == 44
    assert active() == []


def test_several_are_archived_together_and_the_history_says_by_whom(
    manager, gone, stays
):
    EmployeeFactory(pk=671)

    answer = manager.post(
        f"{LIST}?archived=all",
        {"action": "archive", "_selected_action": [669, 670]},
        headers={"accept-language": "en"},
        follow=True,
    )

    assert "Archived: 1." in answer.content.decode()
    assert active() == [671]
    assert Employee.objects.get(pk=669).archived_at == gone.archived_at
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.username) == ("670", "bob")
    history = reverse("admin:attrition_employee_history", args=[670])
    assert "Archived." in manager.get(history).content.decode()


def test_several_are_brought_back_together(manager, gone, stays):
    answer = manager.post(
        f"{LIST}?archived=yes",
        {"action": "bring_back", "_selected_action": [669]},
        headers={"accept-language": "en"},
        follow=True,
    )

    assert "Brought back: 1." in answer.content.decode()
    assert active() == [669, 670]
    assert LogEntry.objects.get().object_id == "669"


@pytest.mark.parametrize("action", ["archive", "bring_back"])
def test_who_may_only_look_archives_and_brings_back_nobody(client, gone, stays, action):
    user = make_user("carl", "ML engineer")
    user.user_permissions.add(Permission.objects.get(codename="view_employee"))
    client.force_login(user)

    page = client.get(LIST)
    client.post(
        f"{LIST}?archived=all", {"action": action, "_selected_action": [669, 670]}
    )

    assert f'value="{action}"' not in page.content.decode()
    assert active() == [670]
    assert not LogEntry.objects.exists()
