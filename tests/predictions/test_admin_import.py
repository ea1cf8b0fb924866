"""The import of the extracts in the back-office: preview, confirmation, record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from attrition import imports
from attrition.extract_file import TARGET
from attrition.field import Extract
from attrition.models import Employee, EmployeeImport, WaitingImport
from tests.factories import make_user
from tests.predictions.uploads import (
    UPLOAD,
    confirm,
    contents,
    counts,
    first,
    text_of,
    upload,
)

SIRH, EVAL, SONDAGE = Extract
LIST = reverse("admin:attrition_employee_changelist")


def said(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_a_preview_stores_nobody_and_a_confirmation_everybody(manager):
    page = upload(manager, first(10))

    assert not Employee.objects.exists()
    assert counts(page) == {
        "Added": "10",
        "Changed": "0",
        "Brought back from the archive": "0",
        "Left as they are": "0",
    }

    done = confirm(manager, page)

    assert Employee.objects.count() == 10
    assert done.redirect_chain[-1][0] == LIST
    assert said(done) == [
        "The import is stored. Added: 10, changed: 0, unchanged: 0, archived: 0."
    ]


def test_whoever_has_left_is_never_read(manager):
    tables = first(10)

    confirm(manager, upload(manager, tables))

    assert all(TARGET not in person.features for person in Employee.objects.all())


def test_who_is_in_complete_extracts_no_more_is_archived(manager, everyone):
    page = upload(manager, first(38), complete="on")

    assert counts(page)["Archived"] == "2"
    assert "Who would be archived 39 , 40" in text_of(page)
    confirm(manager, page)
    assert list(Employee.objects.archived().values_list("pk", flat=True)) == [39, 40]

    page = upload(manager, first(40))
    assert counts(page)["Brought back from the archive"] == "2"
    confirm(manager, page)
    assert not Employee.objects.archived().exists()


def test_most_people_are_only_archived_by_a_second_word(manager, everyone):
    page = upload(manager, first(19), complete="on")
    assert "21 of 40 active employees are not in the extracts" in text_of(page)

    refused = confirm(manager, page)
    assert list(refused.context["form"].errors) == ["force"]
    assert not Employee.objects.archived().exists()

    confirm(manager, refused, force="on")
    assert Employee.objects.archived().count() == 21


@pytest.mark.parametrize(
    ("meanwhile", "complete"),
    [
        (lambda: Employee.objects.get(pk=1).delete(), False),
        (lambda: Employee.objects.filter(pk=1).update(features={"age": 20}), False),
        (lambda: Employee.objects.create(pk=500, features={"age": 20}), True),
        (lambda: Employee.objects.filter(pk=40).delete(), True),
    ],
    ids=["deleted", "changed", "one more to archive", "one less to archive"],
)
def test_a_preview_that_is_not_true_any_more_stores_nothing(
    manager, everyone, meanwhile, complete
):
    tables = first(39)
    tables.put(SIRH, 2, "age", "61")
    page = upload(manager, tables, **({"complete": "on"} if complete else {}))
    meanwhile()
    before = list(Employee.objects.values())

    again = confirm(manager, page)

    assert list(Employee.objects.values()) == before
    assert "somebody has changed employees" in said(again)[0]
    confirm(manager, again)
    assert Employee.objects.get(pk=1).features["age"] == 61
    assert EmployeeImport.objects.count() == 2


def test_a_change_of_somebody_else_does_not_disturb_an_import(manager, everyone):
    page = upload(manager, first(39))
    Employee.objects.filter(pk=40).update(features={"age": 20})

    confirm(manager, page)

    assert EmployeeImport.objects.count() == 2


def test_an_import_is_on_record_with_its_files(manager, everyone):
    tables = first(38)
    sent = contents(tables)
    confirm(manager, upload(manager, tables, complete="on"))

    row = EmployeeImport.objects.first()

    counted = (row.inserted, row.updated, row.unchanged, row.archived)
    assert counted == (0, 0, 38, 2)
    assert (row.user_name, row.way, row.complete) == ("bob", "admin", True)
    assert set(row.files) == {f"extrait_{e}.csv" for e in sent}
    assert row.files["extrait_sirh.csv"]["name"] == "sirh of today.csv"
    page = manager.get(reverse("admin:attrition_employeeimport_change", args=[row.pk]))
    assert row.files["extrait_sirh.csv"]["sha256"] in page.content.decode()


def test_a_second_confirmation_stores_nothing_more(manager):
    page = upload(manager, first(10))
    confirm(manager, page)

    again = confirm(manager, page)

    assert again.redirect_chain[-1][0] == UPLOAD
    assert "Nothing waits here" in said(again)[0]
    assert EmployeeImport.objects.count() == 1


def test_what_is_cancelled_is_forgotten(manager):
    page = upload(manager, first(10))
    address = page.redirect_chain[-1][0]

    manager.post(f"{address}cancel/")

    assert not WaitingImport.objects.exists()
    assert manager.get(address, follow=True).redirect_chain[-1][0] == UPLOAD
    assert not Employee.objects.exists()


def test_nothing_waits_longer_than_an_hour(manager):
    page = upload(manager, first(10))
    long_ago = timezone.now() - timedelta(minutes=61)
    WaitingImport.objects.update(created_at=long_ago)

    late = confirm(manager, page)

    assert "Nothing waits here" in said(late)[0]
    assert not Employee.objects.exists()


def test_the_next_import_sweeps_what_has_waited_too_long(manager, client):
    other = make_user("eve", "HR manager")
    upload(manager, first(10))
    long_ago = timezone.now() - timedelta(minutes=61)
    WaitingImport.objects.update(created_at=long_ago)
    client.force_login(other)

    upload(client, first(10))

    assert [waiting.user for waiting in WaitingImport.objects.all()] == [other]


def test_a_confirmed_import_leaves_nothing_that_waits(manager):
    confirm(manager, upload(manager, first(10)))

    assert not WaitingImport.objects.exists()


@pytest.mark.parametrize("way", ["", "confirm/", "cancel/", "refused.csv"])
def test_nobody_else_sees_or_confirms_what_waits(manager, way):
    address = upload(manager, first(10)).redirect_chain[-1][0]
    manager.force_login(make_user("eve", None))
    ask = manager.post if way in ("confirm/", "cancel/") else manager.get

    answer = ask(f"{address}{way}", follow=True)

    assert "Added" not in text_of(answer)
    assert not Employee.objects.exists()
    assert WaitingImport.objects.exists()


@pytest.mark.parametrize("role", ["HR auditor", "ML engineer", "API administrator"])
def test_only_who_may_add_and_change_employees_imports_them(client, db, role):
    client.force_login(make_user("eve", role))

    assert client.get(UPLOAD).status_code == 403
    assert upload(client, first(10)).status_code == 403
    assert UPLOAD not in client.get(reverse("admin:index")).content.decode()


def test_nobody_at_all_is_asked_to_log_in(client, db):
    assert client.get(UPLOAD).status_code == 302


def test_an_upload_needs_the_token_of_the_page(browser):
    client = browser("HR manager")

    assert upload(client, first(10)).status_code == 403
    assert not WaitingImport.objects.exists()


def test_the_list_of_employees_leads_to_the_import(manager):
    page = manager.get(LIST, headers={"accept-language": "fr"}).content.decode()

    assert f'<a href="{UPLOAD}">Importer les extraits</a>' in page


def test_nothing_of_what_waits_is_in_a_text_log(manager, caplog):
    tables = first(10)
    tables.put(SIRH, 2, "departement", "Nouveau pôle")

    with caplog.at_level("DEBUG"):
        confirm(manager, upload(manager, tables))

    assert "Nouveau pôle" not in caplog.text


def test_an_import_that_fails_in_the_middle_stores_nobody(manager, monkeypatch):
    page = upload(manager, first(10))

    def fail(*args, **kwargs):
        raise RuntimeError("in the middle")

    monkeypatch.setattr(imports, "record", fail)
    with pytest.raises(RuntimeError):
        confirm(manager, page)

    assert not Employee.objects.exists()
    assert WaitingImport.objects.exists()
