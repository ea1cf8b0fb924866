"""Batches in the back-office: how far each is, and an end to it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from predictions.batches import making
from predictions.models import Batch, BatchChunk, Prediction
from tests.factories import make_user
from tests.predictions.batch_pages import NOBODYS, page, read, seen
from tests.predictions.batches import employees, make_batch, work

pytestmark = pytest.mark.django_db

LIST = reverse("admin:predictions_batch_changelist")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 10)


def cancel(batch: Batch) -> str:
    return reverse("admin:cancel_batch", args=[batch.pk])


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
    assert cancel(batch) not in html
    assert client.get(cancel(batch)).status_code == 403
    assert client.post(cancel(batch)).status_code == 403
    batch.refresh_from_db()
    assert batch.is_open


@pytest.mark.parametrize("role", ["API administrator", "ML engineer", None])
def test_others_see_no_batch(client, role):
    batch = make_batch(employees(25), chunks=1)
    if role:
        client.force_login(make_user("eve", role))

    for address in (LIST, page(batch), cancel(batch)):
        answer = client.get(address)
        assert answer.status_code == (403 if role else 302)
    assert client.post(cancel(batch)).status_code == (403 if role else 302)
    batch.refresh_from_db()
    assert batch.is_open


@pytest.mark.parametrize("what", [page, cancel])
@pytest.mark.parametrize("pk", [NOBODYS, "x"])
def test_a_batch_that_is_none_is_not_found(manager, what, pk):
    answer = manager.get(what(Batch(pk=pk)))

    assert answer.status_code == 404
    assert "Introuvable" in answer.content.decode()
