"""What the back-office shows instead of a page: what happened, and what to do."""

from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from attrition.models import Employee
from predictions.admin.prediction_list import PredictionList
from tests.factories import make_user

EMPLOYEES = reverse("admin:attrition_employee_changelist")
LOG = reverse("admin:predictions_prediction_changelist")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def text_of(answer) -> str:
    return unescape(answer.content.decode())


def is_page(answer, language: str = "fr") -> bool:
    return f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("number", ["999999", "abc", "%00"])
def test_a_record_that_is_missing_is_a_404_that_says_so(browser, model, number):
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    address = reverse(f"{base}_changelist") + f"{number}/change/"

    answer = browser(None).get(address)

    assert answer.status_code == 404
    assert "Introuvable" in text_of(answer)
    assert f'href="{reverse(f"{base}_changelist")}"' in text_of(answer)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", ["Introuvable\u00a0: employé 4711", "effacée", "dans le journal"]),
        ("en", ["Not found: employee 4711", "erased", "in the log"]),
    ],
)
def test_an_employee_who_is_gone_is_said_to_be_gone(browser, language, said):
    client = browser("HR manager")

    answer = client.get(
        f"{EMPLOYEES}4711/change/", headers={"accept-language": language}
    )

    assert is_page(answer, language)
    assert [words for words in said if words not in text_of(answer)] == []


def test_nothing_that_is_kept_is_said_to_be_deleted(browser):
    """Only logins and their groups can be."""
    client = browser(None)
    pages = {}
    for model in MODELS:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        address = f"{reverse(base)}999999/change/"
        answer = client.get(address, headers={"accept-language": "en"})
        pages[model.__name__] = text_of(answer)

    def saying(words: str) -> set[str]:
        return {name for name, page in pages.items() if words in page}

    assert saying("or it was deleted") == {"Group", "User"}
    kept = saying("Nothing is ever deleted from this list")
    assert kept == pages.keys() - {"Group", "User", "Employee"}


@pytest.mark.parametrize("what", ["score", "delete", "history"])
def test_an_action_on_nobody_says_so_too(browser, what):
    assert browser(None).get(f"{EMPLOYEES}4711/{what}/").status_code == 404


def test_an_address_that_is_none_says_so(browser):
    answer = browser("HR auditor").get("/admin/nowhere/")

    assert answer.status_code == 404
    assert "Il n'y a rien à cette adresse" in text_of(answer)


@pytest.mark.parametrize(
    ("role", "path", "allowed"),
    [
        ("HR auditor", EMPLOYEES, "Responsable RH"),
        ("HR manager", "/admin/predictions/access/", "Auditeur RH"),
        ("HR auditor", "/admin/predictions/apikey/add/", "Administrateur de l'API"),
        ("ML engineer", LOG, "Auditeur RH, Responsable RH"),
    ],
)
def test_whoever_may_not_is_told_whose_role_may(browser, role, path, allowed):
    answer = browser(role).get(path)

    assert answer.status_code == 403
    assert f"Rôles qui le permettent\u00a0: {allowed}." in text_of(answer)


def test_a_view_of_our_own_says_which_role_may(browser, make_prediction):
    client = browser("ML engineer")

    answer = client.get(reverse("admin:reveal_prediction", args=[make_prediction().pk]))

    assert answer.status_code == 403
    assert "Auditeur RH, Responsable RH" in text_of(answer)


def test_what_no_role_may_is_said_to_be_so(browser, employee):
    answer = browser("HR auditor").get(f"{EMPLOYEES}669/delete/")

    assert answer.status_code == 403
    assert "Aucun rôle ne le permet." in text_of(answer)


@pytest.mark.parametrize("path", ["/admin/login/", "/session/login/", "/i18n/setlang/"])
def test_a_form_from_a_page_that_is_too_old_gets_a_page(db, path):
    answer = Client(enforce_csrf_checks=True).post(path, {"username": "ana"})

    assert answer.status_code == 403
    assert is_page(answer)
    assert "trop ancienne" in text_of(answer)


def test_elsewhere_it_gets_json(db):
    answer = Client(enforce_csrf_checks=True).post("/favicon.ico")

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "csrf_failed"


def test_a_form_that_is_too_large_is_said_to_be(client, db):
    client.force_login(make_user("bob", "HR manager"))

    form = urlencode({"age": "9" * 3_000_000})
    answer = client.post(
        f"{EMPLOYEES}add/", form, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 413
    assert is_page(answer)
    assert Employee.objects.count() == 0


def test_too_many_lines_at_once_are_said_to_be(client, db):
    client.force_login(make_user("bob", "HR manager"))

    answer = client.post(EMPLOYEES, {"_selected_action": list(range(1001))})

    assert answer.status_code == 413


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_host_that_is_not_ours_gets_a_page_in_the_readers_language(db, language):
    headers = {"host": "elsewhere.example", "accept-language": language}

    answer = Client().get("/admin/", headers=headers)

    assert answer.status_code == 400
    assert is_page(answer, language)


@pytest.fixture
def patient(browser):
    """A client that gets the answer where the test would get the exception."""
    client = browser("HR auditor")
    client.raise_request_exception = False
    return client


def test_an_error_of_ours_shows_its_number_and_nothing_of_itself(patient, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("a secret")

    monkeypatch.setattr(PredictionList, "get_results", fails)
    answer = patient.get(LOG, headers={"X-Request-ID": "abc-123"})

    assert answer.status_code == 500
    assert "<code>abc-123</code>" in text_of(answer)
    assert "a secret" not in text_of(answer)


@pytest.mark.parametrize("path", ["/admin/", LOG, "/admin/login/"])
def test_without_a_database_a_page_says_what_to_do(patient, path):
    def away(*args, **kwargs):
        raise OperationalError("connection refused at 10.0.0.7")

    with connection.execute_wrapper(away):
        answer = patient.get(path, headers={"X-Request-ID": "abc-123"})

    text = text_of(answer)
    assert answer.status_code == 503
    assert is_page(answer)
    assert "ne répond pas" in text
    assert "<code>abc-123</code>" in text
    assert "10.0.0.7" not in text
    assert answer["Retry-After"] == "60"


def test_a_host_that_is_not_allowed_gets_a_page_that_says_so(patient):
    answer = patient.get(LOG, headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert is_page(answer)
    assert "n'est pas dans ALLOWED_HOSTS" in text_of(answer)
    assert "evil.example" not in text_of(answer)


def read_only() -> str:
    if connection.vendor == "postgresql":
        return "SET TRANSACTION READ ONLY"
    return "PRAGMA query_only = ON"


@pytest.fixture
def unwritable_database(db):
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        yield lambda: cursor.execute(read_only())
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = OFF")
    transaction.savepoint_rollback(before)  # and PostgreSQL may write again


def test_a_page_whose_look_cannot_be_recorded_is_not_shown(
    patient, make_prediction, unwritable_database
):
    row = make_prediction(669)

    unwritable_database()
    answer = patient.get(f"{LOG}{row.pk}/change/")

    assert answer.status_code == 503
    assert "Revenu mensuel" not in text_of(answer)


def test_a_form_that_cannot_be_saved_is_said_not_to_be(
    client, employee, unwritable_database
):
    client.force_login(make_user("bob"))
    client.raise_request_exception = False

    unwritable_database()
    answer = client.post(f"{EMPLOYEES}669/delete/", {"post": "yes"})

    assert answer.status_code == 503
    assert "Rien n'a été enregistré" in text_of(answer)
