"""An HR manager asks for the scores of many employees at once."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from predictions.admin import score_selected
from predictions.batches import making, starting
from predictions.models import Batch, Prediction
from tests.factories import EmployeeFactory, make_user
from tests.predictions.batches import employees, work

pytestmark = pytest.mark.django_db

LIST = reverse("admin:attrition_employee_changelist")
CONFIRMED = {"confirmed": "1", "purpose": "review"}


@pytest.fixture
def put(monkeypatch) -> list:
    """The numbers of the batches that were handed to the thread, which stays idle."""
    found: list = []
    monkeypatch.setattr(starting._here, "put", found.append)
    return found


@pytest.fixture
def manager(client):
    client.force_login(make_user("bob", "HR manager"))
    return client


def ask(client, ids, query: str = "", **more):
    asked = {"action": "score_selected", "_selected_action": ids, **CONFIRMED, **more}
    return client.post(
        f"{LIST}{query}", asked, follow=True, headers={"accept-language": "fr"}
    )


def said(answer) -> list[str]:
    return [
        str(message).replace("\u00a0", " ") for message in answer.context["messages"]
    ]


def test_the_selected_are_scored_as_one_batch_and_nobody_else(
    manager, put, django_capture_on_commit_callbacks
):
    employees(5)

    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(manager, [2, 4])

    batch = Batch.objects.get()
    assert put == [batch.pk]
    address = reverse("admin:predictions_batch_change", args=[batch.pk])
    assert answer.redirect_chain == [(address, 302)]
    assert said(answer) == [
        "Le lot est lancé. Employés dont le score est à calculer : 2."
    ]
    assert (batch.source, batch.user_name, batch.kind) == ("admin", "bob", "employees")
    assert batch.caller == f"user:{answer.context['user'].pk}"
    assert batch.request_id
    work(batch)
    rows = Prediction.objects.order_by("batch_row")
    assert [row.employee_id for row in rows] == [2, 4]
    assert {(row.source, row.user_name) for row in rows} == {("admin", "bob")}


def test_all_that_a_search_finds_are_scored_page_after_page(manager, put, monkeypatch):
    monkeypatch.setattr(making, "CHUNK", 10)
    monkeypatch.setattr(score_selected, "CHUNK", 10)
    employees(75)  # more than a page of the list, and than a chunk

    ask(manager, [1], select_across="1")

    batch = Batch.objects.get()
    assert (batch.row_count, batch.chunks.count()) == (75, 8)


def test_who_is_selected_across_pages_is_what_the_search_finds(manager, put):
    employees(3)

    ask(manager, [2], query="?q=2", select_across="1")

    work(batch := Batch.objects.get())
    assert Prediction.objects.get().employee_id == 2
    assert batch.row_count == 1


def test_no_features_are_read_to_select_employees(manager, put):
    employees(3)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask(manager, [1, 2, 3])

    chosen = [
        q["sql"]
        for q in queries
        if '"employees"."employee_id" IN' in q["sql"] and "COUNT" not in q["sql"]
    ]
    assert chosen
    assert [sql for sql in chosen if "features" in sql.partition("FROM")[0]] == []


@pytest.mark.parametrize("role", ["HR auditor", "API administrator", "ML engineer"])
def test_who_may_not_see_employees_is_refused(client, put, role):
    employees(1)
    client.force_login(make_user("eve", role))

    assert ask(client, [1]).status_code == 403
    assert not Batch.objects.exists()


def test_who_only_keeps_employees_is_not_offered_the_action(client, put):
    employees(1)
    user = make_user("carl", "ML engineer")
    codenames = ["view_employee", "change_employee"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)

    assert "score_selected" not in client.get(LIST).content.decode()
    ask(client, [1])
    assert not Batch.objects.exists()


def test_who_asks_and_may_change_nobody_scores_all_the_same(client, put):
    employees(1)
    user = make_user("carl", "ML engineer")
    codenames = ["view_employee", "request_prediction"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)

    html = client.get(LIST, headers={"accept-language": "fr"}).content.decode()
    answer = ask(client, [1])

    assert "Calculer le score des employés sélectionnés" in unescape(html)
    assert Batch.objects.get().user_name == "carl"
    assert answer.redirect_chain == [(LIST, 302)]  # the batch is not theirs to see


def test_nobody_selected_is_no_batch(manager, put):
    employees(1)

    answer = ask(manager, [])

    assert answer.status_code == 200
    assert not Batch.objects.exists()


def test_a_page_of_elsewhere_cannot_make_a_manager_score(browser, put):
    employees(1)

    assert ask(browser("HR manager"), [1]).status_code == 403
    assert not Batch.objects.exists()


def test_while_no_release_serves_there_is_no_batch(
    manager, put, broken_release, settings
):
    employees(1)

    answer = ask(manager, [1])

    [sentence] = said(answer)
    assert sentence.startswith("Aucun modèle ne peut répondre pour le moment.")
    assert str(settings.MODEL_DIR) not in answer.content.decode()
    assert not Batch.objects.exists()


def test_while_the_broker_is_away_there_is_no_batch(manager, settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    EmployeeFactory(pk=1)

    answer = ask(manager, [1])

    [sentence] = said(answer)
    assert sentence.startswith("Le service qui distribue les lots ne répond pas.")
    assert not Batch.objects.exists()


def test_a_batch_that_could_not_be_recorded_is_none(manager, put, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("disk full: 4242")

    EmployeeFactory(pk=1)
    monkeypatch.setattr("predictions.models.BatchChunk.objects.bulk_create", fail)

    answer = ask(manager, [1])

    assert said(answer) == [
        "Le lot n'a pas pu être enregistré. Réessayez dans un instant."
    ]
    assert "4242" not in answer.content.decode()
    assert not Batch.objects.exists()
    assert put == []
