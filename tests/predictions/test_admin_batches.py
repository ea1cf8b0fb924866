"""Batches in the back-office: how far each is, who got no score, and an end to it."""

import csv
import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from attrition.models import Employee
from predictions.admin import batches as pages
from predictions.batches import making
from predictions.batches.people import Asked
from predictions.models import Batch, BatchChunk, Prediction
from tests.factories import make_user, seed_features
from tests.predictions.batches import ASKER, employees, make_batch, work

pytestmark = pytest.mark.django_db

LIST = reverse("admin:predictions_batch_changelist")
NOBODYS = "8c2e78e7-f5ae-4bfd-94b5-bff4f3f5f0a5"
LOG = reverse("admin:predictions_prediction_changelist")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 10)


@pytest.fixture
def manager(client):
    client.force_login(make_user("bob", "HR manager"))
    return client


def page(batch: Batch) -> str:
    return reverse("admin:predictions_batch_change", args=[batch.pk])


def cancel(batch: Batch) -> str:
    return reverse("admin:cancel_batch", args=[batch.pk])


def results(batch: Batch) -> str:
    return reverse("admin:batch_results", args=[batch.pk])


def seen(answer) -> str:
    """The words of a page, without its tags; no-break spaces are plain ones."""
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(unescape(text).split())


def read(client, address: str, language: str = "fr", **query) -> str:
    return seen(client.get(address, query, headers={"accept-language": language}))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            ["Lots de prédictions", "en cours", "80 % (20 sur 25)", "employés choisis"],
        ),
        (
            "en",
            ["Batches of predictions", "running", "80% (20 of 25)", "chosen employees"],
        ),
    ],
)
def test_the_list_says_how_far_each_batch_is(manager, language, words):
    make_batch(employees(25), chunks=2)

    text = read(manager, LIST, language)

    assert [said for said in words if said not in text] == []
    assert "HR analytics (abcdefgh…)" in text


def test_the_newest_batch_comes_first(manager):
    ids = employees(1)
    old, new = make_batch(ids), make_batch(ids)

    text = manager.get(LIST).content.decode()

    assert 0 < text.index(page(new)) < text.index(page(old))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state__exact": "running"}, True),
        ({"state__exact": "done"}, False),
        ({"kind__exact": "employees"}, True),
        ({"kind__exact": "file"}, False),
    ],
)
def test_filters_narrow_the_list(manager, query, expected):
    batch = make_batch(employees(25), chunks=1)

    assert (page(batch) in manager.get(LIST, query).content.decode()) == expected


def test_the_list_costs_the_same_queries_for_one_batch_as_for_three(
    manager, django_assert_num_queries, django_assert_max_num_queries
):
    ids = employees(25)
    make_batch(ids)
    with django_assert_max_num_queries(20) as one:
        read(manager, LIST)
    make_batch(ids, chunks=1)
    make_batch([*ids, 99])

    with django_assert_num_queries(len(one)):
        read(manager, LIST)


def test_no_batch_is_at_100_percent_before_its_end(manager):
    batch = make_batch(employees(25), chunks=2)
    BatchChunk.objects.filter(batch=batch, number=0).update(scored=989)
    Batch.objects.update(row_count=1000)

    assert "99 % (999 sur 1 000)" in read(manager, LIST)


def test_a_batch_of_nobody_is_over_and_opens(manager):
    batch = make_batch([])

    assert "terminé" in read(manager, page(batch))
    assert "100 % (0 sur 0)" in read(manager, LIST)


def test_the_page_of_a_batch_that_is_over_says_what_became_of_it(manager):
    batch = make_batch([*employees(25), 99])
    started = timezone.now() - timedelta(seconds=200)
    Batch.objects.update(
        started_at=started, finished_at=started + timedelta(seconds=65)
    )

    answer = manager.get(page(batch), headers={"accept-language": "fr"})
    text = seen(answer)

    assert "Refresh" not in answer.headers
    for words in (
        "État : terminé",
        "Avancement : 100 % (26 sur 26)",
        "Avec score : 25",
        "Sans score : 1",
        "Nombre de personnes : 26",
        "Demandeur : HR analytics (abcdefgh…)",
        "Durée : 1 min 5 s",
        f"Version du modèle : {batch.model_version}",
        batch.artifact_sha256,
        str(batch.pk),
    ):
        assert words in text
    assert "Cause de l'échec" not in text
    assert "Non traitées" not in text
    assert cancel(batch) not in answer.content.decode()


def test_the_page_of_an_open_batch_loads_itself_again_with_fresh_figures(manager):
    batch = make_batch(employees(25), chunks=1)

    before = manager.get(page(batch), headers={"accept-language": "fr"})
    work(batch, chunks=1)
    after = read(manager, page(batch))

    assert before["Refresh"] == "5"
    assert "40 % (10 sur 25)" in seen(before)
    assert "toutes les 5 secondes" in seen(before)
    assert "Temps restant, environ" in seen(before)
    assert "80 % (20 sur 25)" in after


def test_a_batch_that_does_not_get_on_says_so(manager):
    batch = make_batch(employees(25), chunks=0)
    fresh = read(manager, page(batch))
    Batch.objects.update(created_at=timezone.now() - timedelta(minutes=12))

    late = read(manager, page(batch))
    work(batch, chunks=1)
    again = read(manager, page(batch))

    assert "en attente" in fresh
    assert "run_batches" not in fresh
    assert "depuis 12 min. Si aucun autre lot n'avance non plus" in late
    assert "run_batches" not in again


def test_the_page_of_a_batch_that_failed_says_why(manager, release_folder):
    batch = make_batch(employees(1), chunks=0)
    Batch.objects.update(artifact_sha256="0" * 64)
    batch.refresh_from_db()
    work(batch)

    text = read(manager, page(batch))

    assert "État : échec" in text
    assert "Cause de l'échec : " in text
    assert "n'est pas celle avec laquelle ce lot a commencé" in text
    assert "Non traitées : 1" in text


def test_who_got_no_score_is_named_with_the_reason(manager):
    ids = employees(3)
    Employee.objects.filter(pk=2).update(features={"poste": "Astronaute"})
    Employee.objects.filter(pk=3).update(features={"age": 30})
    batch = make_batch([*ids, 99])

    html = manager.get(page(batch)).content.decode()
    text = read(manager, page(batch))

    assert "2 Poste : le modèle ne connaît pas « … »" in text
    assert "3 Rien de ce que le modèle utilise n'est enregistré" in text
    assert "99 Il n'y a pas d'employé 99" in text
    employee = "admin:attrition_employee_change"
    assert f'href="{reverse(employee, args=[2])}"' in html
    assert f'href="{reverse(employee, args=[99])}"' not in html


def test_a_file_names_its_lines_and_nobody_without_a_number(manager):
    lines = [Asked({"age": 300}, None, 2), Asked(seed_features(), 7, 3)]
    batch = making.of_file(lines, ASKER)
    work(batch)

    text = read(manager, page(batch))

    assert "Ligne Employé Raison 2 – Âge doit être" in text


def test_only_the_first_refused_are_listed_and_the_others_counted(manager, monkeypatch):
    monkeypatch.setattr(pages, "MOST_REFUSED", 12)
    batch = make_batch(range(1, 31))

    text = read(manager, page(batch))

    assert "Il n'y a pas d'employé 12" in text
    assert "Il n'y a pas d'employé 13" not in text
    assert "… et 18 autres : le fichier des résultats" in text


def test_an_auditor_sees_who_was_refused_and_is_led_to_no_employee(client, auditor):
    employees(1, features={"poste": "Astronaute"})
    batch = make_batch([1])
    client.force_login(auditor)

    answer = client.get(page(batch))

    assert "le modèle ne connaît pas" in unescape(answer.content.decode())
    assert "/admin/attrition/employee/" not in answer.content.decode()


def test_a_batch_leads_to_its_rows_of_the_log_and_each_row_back(
    manager, make_prediction
):
    other = make_prediction(7)
    batch = make_batch(employees(3))
    rows = [
        reverse("admin:predictions_prediction_change", args=[pk])
        for pk in batch_rows(batch)
    ]
    address = f"{LOG}?batch_id={batch.pk}"

    listed = manager.get(address, headers={"accept-language": "fr"})
    html = listed.content.decode()

    assert f'href="{address}"' in manager.get(page(batch)).content.decode()
    assert [html.index(row) for row in rows] == sorted(html.index(row) for row in rows)
    assert reverse("admin:predictions_prediction_change", args=[other.pk]) not in html
    assert "lot du " in seen(listed)
    assert 'class="sorted' not in html
    assert 'href="?"' in html  # takes the filter off
    html = manager.get(rows[0]).content.decode()
    assert f'href="{page(batch)}"' in html


def batch_rows(batch: Batch) -> list[int]:
    rows = Prediction.objects.filter(batch_id=batch.pk).order_by("batch_row")
    return list(rows.values_list("pk", flat=True))


def test_a_batch_that_is_none_has_no_rows_in_the_log(manager, make_prediction):
    row = make_prediction(7)

    answer = manager.get(LOG, {"batch_id": NOBODYS})

    assert answer.status_code == 200
    assert reverse("admin:predictions_prediction_change", args=[row.pk]) not in (
        answer.content.decode()
    )


def test_the_log_offers_no_filter_by_batch_while_there_is_none(manager):
    make_batch(employees(1))

    assert "batch_id" not in manager.get(LOG).content.decode()


def test_the_results_come_as_a_file(manager):
    batch = make_batch([*employees(2), 99])

    answer = manager.get(results(batch), headers={"accept-language": "fr"})

    text = b"".join(answer.streaming_content).decode()
    lines = list(csv.DictReader(text.splitlines()))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.pk}.csv"'
    assert "no-store" in answer["Cache-Control"]
    assert [line["employee_id"] for line in lines] == ["1", "2", "99"]
    assert [bool(line["db_id"]) for line in lines] == [True, True, False]
    assert lines[2]["errors"].startswith("Il n'y a pas d'employé 99")


def test_a_manager_is_told_what_cancelling_does_and_then_cancels(browser):
    batch = make_batch(employees(25), chunks=2)
    manager = browser("HR manager")
    french = {"accept-language": "fr"}

    assert cancel(batch) in manager.get(page(batch)).content.decode()
    asked = manager.get(cancel(batch), headers=french)
    batch.refresh_from_db()
    assert batch.is_open
    token = manager.cookies["csrftoken"].value
    done = manager.post(
        cancel(batch), {"csrfmiddlewaretoken": token}, follow=True, headers=french
    )
    work(batch)

    assert "Personnes dont le score est calculé : 20." in seen(asked)
    assert "Personnes encore sans score : 5." in seen(asked)
    assert done.redirect_chain == [(page(batch), 302)]
    assert "Le lot est annulé. Les scores déjà enregistrés restent" in seen(done)
    assert "État : annulé" in seen(done)
    assert "Non traitées : 5" in seen(done)
    assert (batch.state, batch.cancelled_by) == ("cancelled", "bob")
    assert Prediction.objects.count() == 20


def test_a_page_of_elsewhere_cannot_cancel(browser):
    batch = make_batch(employees(1), chunks=0)

    assert browser("HR manager").post(cancel(batch)).status_code == 403
    batch.refresh_from_db()
    assert batch.is_open


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_over_cannot_be_cancelled(manager, method):
    batch = make_batch(employees(1))

    answer = getattr(manager, method)(
        cancel(batch), follow=True, headers={"accept-language": "fr"}
    )

    assert "Le lot était déjà fini" in seen(answer)
    batch.refresh_from_db()
    assert batch.state == "done"


def test_an_auditor_reads_all_of_it_and_cannot_cancel(client, auditor):
    batch = make_batch(employees(25), chunks=1)
    client.force_login(auditor)

    assert page(batch) in client.get(LIST).content.decode()
    html = client.get(page(batch)).content.decode()
    assert results(batch) in html
    assert cancel(batch) not in html
    assert client.get(results(batch)).status_code == 200
    assert client.get(cancel(batch)).status_code == 403
    assert client.post(cancel(batch)).status_code == 403
    batch.refresh_from_db()
    assert batch.is_open


@pytest.mark.parametrize("role", ["API administrator", "ML engineer", None])
def test_others_see_no_batch(client, role):
    batch = make_batch(employees(25), chunks=1)
    if role:
        client.force_login(make_user("eve", role))

    for address in (LIST, page(batch), results(batch), cancel(batch)):
        answer = client.get(address)
        assert answer.status_code == (403 if role else 302)
    assert client.post(cancel(batch)).status_code == (403 if role else 302)
    batch.refresh_from_db()
    assert batch.is_open


def test_who_may_not_read_the_log_gets_no_score_from_a_batch(client):
    batch = make_batch(employees(1))
    user = make_user("carl", "ML engineer")
    user.user_permissions.add(Permission.objects.get(codename="view_batch"))
    client.force_login(user)

    html = client.get(page(batch)).content.decode()

    assert results(batch) not in html
    assert LOG not in html
    assert client.get(results(batch)).status_code == 403


@pytest.mark.parametrize("what", [page, results, cancel])
@pytest.mark.parametrize("pk", [NOBODYS, "x"])
def test_a_batch_that_is_none_is_not_found(manager, what, pk):
    answer = manager.get(what(Batch(pk=pk)))

    assert answer.status_code == 404
    assert "Introuvable" in answer.content.decode()
