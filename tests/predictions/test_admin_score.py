"""An HR manager asks for a score on an employee's page."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.urls import reverse

from predictions.models import Access, Prediction
from predictions.models.log import PredictionQuerySet
from tests.factories import EmployeeFactory, make_user, seed_features

FOR = {"purpose": "review"}

pytestmark = pytest.mark.django_db


def score(pk: int | str) -> str:
    return reverse("admin:attrition_employee_score", args=[pk])


def change(pk: int) -> str:
    return reverse("admin:attrition_employee_change", args=[pk])


def row_page(row: Prediction) -> str:
    return reverse("admin:predictions_prediction_change", args=[row.pk])


@pytest.fixture
def manager(client):
    client.force_login(make_user("bob", "HR manager"))
    return client


@pytest.fixture
def who_may(client):
    """Somebody with exactly these permissions."""

    def log_in(*codenames: str):
        user = make_user("carl", "ML engineer")
        permissions = Permission.objects.filter(codename__in=codenames)
        user.user_permissions.set(permissions)
        client.force_login(user)
        return client

    return log_in


def errors(answer) -> list[str]:
    """The admin's messages of errors on the page that an answer leads to."""
    return [str(m) for m in answer.context["messages"] if m.level_tag == "error"]


def test_the_button_scores_what_is_stored_and_leads_to_the_row(manager):
    EmployeeFactory(pk=669)
    page = manager.get(change(669), headers={"accept-language": "fr"}).content.decode()
    asked = manager.get(score(669), headers={"accept-language": "fr"}).content.decode()

    answer = manager.post(score(669), FOR)

    row = Prediction.objects.get()
    assert f'href="{score(669)}"' in page
    assert "Calculer le score" in page
    assert "jamais une décision à elle seule" in asked
    look = Access.objects.get(action="score")
    assert (look.user_name, look.purpose) == ("bob", "review")
    assert [seen.employee_id for seen in look.employees.all()] == [669]
    assert answer.status_code == 302
    assert answer["Location"] == row_page(row)
    assert (row.source, row.user_name) == ("admin", "bob")
    assert row.request_id == answer["X-Request-ID"]
    assert (row.employee_id, row.input_payload) == (669, seed_features())


def test_the_score_is_the_apis(manager, api):
    EmployeeFactory(pk=669)

    manager.post(score(669), FOR)

    by_api = api.post("/predict_by_id/669").json()
    assert Prediction.objects.get(source="admin").proba_depart == by_api["proba_depart"]


@pytest.mark.parametrize("role", ["HR auditor", "ML engineer", "API administrator"])
def test_who_may_not_ask_has_no_button_and_is_refused(client, role):
    EmployeeFactory(pk=669)
    client.force_login(make_user("eve", role))

    assert client.post(score(669), FOR).status_code == 403
    assert not Prediction.objects.exists()


def test_who_only_keeps_employees_sees_the_page_without_the_button(who_may):
    EmployeeFactory(pk=669)
    keeper = who_may("view_employee", "change_employee")

    page = keeper.get(change(669))

    assert page.status_code == 200
    assert score(669) not in page.content.decode()
    assert keeper.post(score(669), FOR).status_code == 403
    assert not Prediction.objects.exists()


def test_who_may_not_see_the_employee_may_not_score_them_here(who_may):
    EmployeeFactory(pk=669)

    assert who_may("request_prediction").post(score(669), FOR).status_code == 403
    assert not Prediction.objects.exists()


def test_who_may_ask_and_not_read_the_log_stays_on_the_employees_page(who_may):
    EmployeeFactory(pk=669)
    asker = who_may("view_employee", "request_prediction")
    page = asker.get(change(669)).content.decode()

    answer = asker.post(score(669), FOR, follow=True)

    row = Prediction.objects.get()
    assert score(669) in page
    assert answer.redirect_chain == [(change(669), 302)]
    assert str(row.pk) in str(next(iter(answer.context["messages"])))
    assert str(row.proba_depart)[:5] not in answer.content.decode()


def test_only_a_post_scores(manager):
    EmployeeFactory(pk=669)

    for method in (manager.get, manager.head):
        assert method(score(669), FOR).status_code == 200
    for method in (manager.put, manager.delete):
        assert method(score(669), FOR).status_code == 405
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    ("purpose", "sentence"),
    [
        ({}, "Choisissez un motif."),
        ({"purpose": ""}, "Choisissez un motif."),
        ({"purpose": "curiosity"}, "Choisissez un des motifs de la liste."),
        ({"purpose": "complaint"}, "Choisissez un des motifs de la liste."),
    ],
    ids=["none", "empty", "unknown", "not for a score"],
)
def test_without_a_purpose_nothing_is_scored_and_the_field_says_so(
    manager, purpose, sentence
):
    EmployeeFactory(pk=669)

    answer = manager.post(score(669), purpose, headers={"accept-language": "fr"})

    assert answer.status_code == 200
    assert sentence in answer.context["form"].errors["purpose"]
    assert sentence in unescape(answer.content.decode())
    assert not Prediction.objects.exists()
    assert not Access.objects.filter(action="score").exists()


def test_a_page_of_elsewhere_cannot_make_a_manager_score(browser):
    EmployeeFactory(pk=669)

    assert browser("HR manager").post(score(669), FOR).status_code == 403
    assert not Prediction.objects.exists()


def test_somebody_who_is_not_logged_in_is_asked_to(client):
    EmployeeFactory(pk=669)

    answer = client.post(score(669), FOR)

    assert answer["Location"].startswith(reverse("admin:login"))
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("pk", ["670", str(2**70), "x"])
def test_nobody_with_this_number_is_not_found(manager, pk):
    answer = manager.post(score(pk), FOR)

    assert answer.status_code == 404
    assert not Prediction.objects.exists()


def test_the_form_for_somebody_new_has_no_button(manager):
    page = manager.get(reverse("admin:attrition_employee_add")).content.decode()

    assert "/score/" not in page


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ({"departement": "Nowhere"}, "Département\u00a0: le modèle ne connaît pas"),
        ({"age": 30}, "Rien de ce que le modèle utilise n'est enregistré"),
        (["age", 30], "Rien de ce que le modèle utilise n'est enregistré"),
    ],
    ids=["category", "nothing scored", "list"],
)
def test_a_refusal_is_said_on_the_employees_page(manager, features, sentence):
    EmployeeFactory(pk=669, features=features)

    answer = manager.post(
        score(669), FOR, follow=True, headers={"accept-language": "fr"}
    )

    [said] = errors(answer)
    assert answer.redirect_chain == [(change(669), 302)]
    assert said.startswith(sentence)
    assert said in unescape(answer.content.decode())
    assert not Prediction.objects.exists()


def test_while_no_release_serves_the_page_says_so_without_a_path(
    manager, broken_release, settings
):
    EmployeeFactory(pk=669)

    answer = manager.post(
        score(669), FOR, follow=True, headers={"accept-language": "fr"}
    )

    [said] = errors(answer)
    assert said.startswith("Aucun modèle ne peut répondre pour le moment.")
    assert str(settings.MODEL_DIR) not in answer.content.decode()
    assert not Prediction.objects.exists()


def test_a_score_that_could_not_be_recorded_is_not_shown(
    manager, monkeypatch, seed_score
):
    def fail(queryset, rows, *args, **kwargs):
        raise OperationalError("disk full")

    EmployeeFactory(pk=669)
    monkeypatch.setattr(PredictionQuerySet, "bulk_create", fail)

    answer = manager.post(
        score(669), FOR, follow=True, headers={"accept-language": "fr"}
    )

    [said] = errors(answer)
    assert said.startswith("La réponse n'a pas pu être enregistrée")
    assert seed_score not in answer.content.decode()
