"""Batches: chunks that any process may take, each answered once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from attrition import releases
from attrition.models import Employee
from predictions import idempotency
from predictions.batches import making, reading, working
from predictions.batches.making import Asker
from predictions.batches.people import Asked
from predictions.models import Batch, BatchChunk, BatchKind, Prediction, Source
from predictions.services import Caller, LogUnavailable, Record, predict
from tests.factories import EmployeeFactory, seed_features

ASKER = Asker(Caller(Source.BATCH, key_prefix="abcdefgh", key_owner="ana"), "key:1")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 10)


def people(count: int) -> list[int]:
    return [
        EmployeeFactory(
            employee_id=number, features=seed_features() | {"age": 20 + number % 40}
        ).pk
        for number in range(1, count + 1)
    ]


def work(batch: Batch) -> int:
    """Score all that is left; return how many chunks that took."""
    count = 0
    while working.work_on(batch) is not None:
        count += 1
    batch.refresh_from_db()
    return count


@pytest.mark.django_db
def test_everyone_is_scored_once_in_the_order_of_their_numbers():
    ids = people(25)

    batch = making.of_everyone(ASKER)

    assert work(batch) == 3
    rows = list(Prediction.objects.order_by("batch_row"))
    assert [row.employee_id for row in rows] == ids
    assert [row.batch_row for row in rows] == list(range(25))
    assert {row.batch_id for row in rows} == {batch.pk}
    assert {(row.source, row.key_owner) for row in rows} == {("batch", "ana")}
    assert (batch.state, batch.row_count, batch.kind) == ("done", 25, BatchKind.ALL)


@pytest.mark.django_db
def test_nobody_to_score_is_a_batch_that_is_done():
    batch = making.of_everyone(ASKER)

    assert work(batch) == 0
    assert (batch.state, batch.row_count) == ("done", 0)


@pytest.mark.django_db
def test_who_cannot_be_scored_is_named_and_the_others_are():
    people(3)
    Employee.objects.filter(pk=2).update(features={"poste": "Astronaute"})

    batch = making.of_employees([3, 2, 99, 1], ASKER)
    work(batch)

    found = [
        (reading.row_of(answer), answer.employee_id, isinstance(answer, Prediction))
        for answer in reading.answers(batch)
    ]
    assert found == [(0, 3, True), (1, 2, False), (2, 99, False), (3, 1, True)]
    refused = list(reading.refusals(batch))
    assert [r.problems[0]["field"] for r in refused] == ["poste", "employee_id"]
    assert "Astronaute" not in str(list(batch.chunks.values()))
    progress = reading.progress(batch)
    assert (progress.scored, progress.refused, progress.left) == (2, 2, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_is_told_in_the_language_of_whoever_reads_it(language):
    from django.utils.translation import override

    batch = making.of_employees([99], ASKER)
    work(batch)

    with override(language):
        [refused] = reading.refusals(batch)
    words = {"fr": "Il n'y a pas d'employé", "en": "There is no employee"}
    assert refused.problems[0]["message"].startswith(words[language])


@pytest.mark.django_db
def test_records_of_a_file_are_scored_as_they_were_sent_and_then_forgotten():
    features = seed_features() | {"revenu_mensuel": 5_000.50, "code_sondage": 10**30}
    records = [Asked(features, None, 2), Asked({"age": 300}, 7, 3)]

    batch = making.of_file(records, ASKER)
    assert BatchChunk.objects.exclude(people=None).count() == 1
    work(batch)

    row = Prediction.objects.get()
    assert (row.input_payload, row.batch_row) == (features, 0)
    [refused] = reading.refusals(batch)
    assert (refused.row, refused.employee_id, refused.line) == (1, 7, 3)
    assert not BatchChunk.objects.exclude(people=None).exists()


@pytest.mark.django_db
def test_a_cancelled_batch_keeps_what_is_logged_and_scores_no_more():
    people(25)
    batch = making.of_everyone(ASKER)
    working.work_on(batch)

    assert working.cancel(batch, ASKER.caller)

    assert work(batch) == 0
    batch.refresh_from_db()
    assert (batch.state, batch.cancelled_by) == (
        "cancelled",
        "ana (abcdefgh…)",
    )
    assert Prediction.objects.count() == 10
    assert reading.progress(batch).left == 15
    assert not BatchChunk.objects.exclude(people=None).exists()
    assert not working.cancel(batch, ASKER.caller)


@pytest.mark.django_db
def test_a_batch_whose_release_is_gone_fails_and_says_why():
    people(1)
    batch = making.of_everyone(ASKER)
    Batch.objects.filter(pk=batch.pk).update(model_version="0.0.0")
    batch.refresh_from_db()

    assert work(batch) == 0
    assert batch.state == "failed"
    assert "0.0.0" in batch.problem


@pytest.mark.django_db
def test_a_batch_keeps_the_release_that_it_began_with():
    people(1)
    old = next(v for v in releases.versions() if v != releases.current().version)
    batch = making.of_everyone(ASKER)
    Batch.objects.filter(pk=batch.pk).update(
        model_version=old, artifact_sha256=releases.load(old).artifact_sha256
    )
    batch.refresh_from_db()

    work(batch)

    assert Prediction.objects.get().model_version == old


@pytest.mark.django_db
def test_only_changed_people_are_asked_about_again(settings):
    people(4)
    work(making.of_everyone(ASKER))
    assert making.of_everyone(ASKER, changed_only=True).row_count == 0

    changed = Employee.objects.get(pk=3)
    changed.features["age"] = 61
    changed.save()
    EmployeeFactory(employee_id=5)

    batch = making.of_everyone(ASKER, changed_only=True)
    work(batch)
    assert sorted(
        Prediction.objects.filter(batch_id=batch.pk).values_list(
            "employee_id", flat=True
        )
    ) == [3, 5]

    settings.MODEL_THRESHOLD = 0.9
    assert making.of_everyone(ASKER, changed_only=True).row_count == 5


def test_who_was_asked_about_alone_is_not_asked_about_again(committing):
    people(3)
    for employee in Employee.objects.filter(pk__lt=3):
        record = Record(employee.features, employee.pk)
        predict([record], caller=Caller(Source.API))

    assert making.of_everyone(ASKER, changed_only=True).row_count == 1


@pytest.mark.django_db
def test_a_batch_that_can_never_go_on_fails_and_forgets_whom_it_was_about():
    batch = making.of_file([Asked(seed_features(), 7, 2)], ASKER)
    BatchChunk.objects.update(people=b"no zlib")

    assert work(batch) == 0

    assert (batch.state, batch.problem) == ("failed", "error")
    assert not BatchChunk.objects.exclude(people=None).exists()
    assert not working.cancel(batch, ASKER.caller)


@pytest.mark.django_db
def test_a_forgotten_key_of_a_batch_may_stand_for_another():
    asker = ASKER._replace(idempotency_key="k", request={"all": True})
    batch = making.of_everyone(asker)
    Batch.objects.update(created_at=batch.created_at - timedelta(days=2))

    assert idempotency.forget() == 1

    assert making.asked_before(asker) is None


def test_a_chunk_that_fails_leaves_no_row_and_is_done_by_the_next(
    committing, monkeypatch
):
    people(25)
    batch = making.of_everyone(ASKER)
    saved = BatchChunk.save

    def fail(chunk, *args, **kwargs):
        from django.db import OperationalError

        raise OperationalError

    monkeypatch.setattr(BatchChunk, "save", fail)
    with pytest.raises(LogUnavailable):
        working.work_on(batch)
    assert not Prediction.objects.exists()

    monkeypatch.setattr(BatchChunk, "save", saved)
    assert work(batch) == 3
    assert Prediction.objects.count() == 25


def test_several_at_once_score_everyone_once(committing):
    people(200)
    batch = making.of_everyone(ASKER)
    failures = []

    def run() -> None:
        try:
            work(Batch.objects.get(pk=batch.pk))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    batch.refresh_from_db()
    assert failures == []
    assert batch.state == "done"
    ids = Prediction.objects.order_by("batch_row").values_list("employee_id", flat=True)
    assert list(ids) == list(range(1, 201))


@pytest.mark.django_db
def test_many_rows_hold_what_one_row_holds(monkeypatch):
    """PostgreSQL takes many by COPY, with types of its own."""
    monkeypatch.setattr(making, "CHUNK", 1_000)
    ids = people(60)
    work(making.of_employees(ids, ASKER))
    many = Prediction.objects.order_by("pk").values()[59]
    work(making.of_employees([60], ASKER))

    one = Prediction.objects.order_by("pk").values().last()

    own = (
        "id",
        "created_at",
        "batch_id",
        "batch_row",
        "payload_salt",
        "payload_digest",
    )
    assert {k: v for k, v in many.items() if k not in own} == {
        k: v for k, v in one.items() if k not in own
    }
    assert many["source"] == "batch"
