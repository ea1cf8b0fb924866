"""Every committed row gets into exactly one seal, and nobody waits for it."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone

from predictions.models import NO_SEAL, Prediction, Seal, SealedPrediction
from predictions.proof import sealing, signing
from predictions.proof.digests import leaf_of
from predictions.proof.gaps import GAP_LASTS
from predictions.proof.merkle import root_of
from predictions.proof.rows import by_id
from predictions.proof.sealing import SealedMeanwhile

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def english():
    from django.utils.translation import override

    with override("en"):
        yield


@pytest.fixture
def signed(settings):
    settings.SEAL_SIGNING_KEY = KEY
    return signing.signing_key()


def sealed() -> list[tuple[int, int]]:
    """(seal, row) of every list."""
    entries = SealedPrediction.objects.order_by("seal_id", "prediction_id")
    return list(entries.values_list("seal_id", "prediction_id"))


def test_a_seal_holds_the_rows_that_were_in_none(make_prediction, signed):
    rows = [make_prediction() for _ in range(3)]
    first = sealing.seal_once(signed)
    later = make_prediction()
    second = sealing.seal_once(signed)

    assert sealed() == [*((1, row.pk) for row in rows), (2, later.pk)]
    assert (first.row_count, second.row_count) == (3, 1)
    assert (first.previous_hash, second.previous_hash) == (NO_SEAL, first.seal_hash)
    assert sealing.seal_once(signed) is None


def test_its_root_is_that_of_its_rows_and_its_signature_that_of_the_key(
    make_prediction, signed
):
    numbers = [make_prediction().pk for _ in range(3)]

    sealing.seal_once(signed)

    seal = Seal.objects.get()
    assert seal.root == root_of(map(leaf_of, by_id(numbers).values())).hex()
    assert seal.seal_hash == signing.hash_of(seal)
    assert signing.is_signed(seal)
    assert seal.public_key == signing.trusted_keys()[0]


def test_without_a_key_it_is_not_signed_and_says_so(make_prediction, run):
    make_prediction()

    out, err = run("seal_log")

    assert out == "Rows sealed: 1. Seals made: 1.\n"
    assert "SEAL_SIGNING_KEY is not set: the seals are not signed." in err
    assert Seal.objects.get().signature == ""


@pytest.mark.parametrize("key", ["x", "AAAA", KEY[:-1], f"{KEY}{KEY}"])
def test_a_damaged_key_is_named_before_anything_is_sealed(
    make_prediction, run, settings, key
):
    make_prediction()
    settings.SEAL_SIGNING_KEY = key

    with pytest.raises(CommandError, match="SEAL_SIGNING_KEY is not 32 bytes"):
        run("seal_log")

    assert not Seal.objects.exists()


def test_many_rows_make_several_seals(make_prediction, run, monkeypatch):
    monkeypatch.setattr(sealing, "MOST_ROWS", 2)
    rows = [make_prediction().pk for _ in range(5)]

    out, _ = run("seal_log")

    assert out == "Rows sealed: 5. Seals made: 3.\n"
    assert [pk for _, pk in sealed()] == rows


def gaps() -> list[tuple[int, int]]:
    return [(low, high) for low, high, _ in Seal.objects.latest("number").gaps]


def test_a_number_that_was_skipped_is_looked_for_until_it_is_taken(log_row):
    log_row(id=3)
    log_row(id=7)
    sealing.seal_once(None)
    assert gaps() == [(1, 2), (4, 6)]

    log_row(id=5)
    sealing.seal_once(None)

    assert sealed() == [(1, 3), (1, 7), (2, 5)]
    assert gaps() == [(1, 2), (4, 4), (6, 6)]


def test_a_number_is_not_waited_for_longer_than_a_day(log_row, monkeypatch):
    log_row(id=3)
    sealing.seal_once(None)
    log_row(id=4)
    later = timezone.now() + GAP_LASTS + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)

    sealing.seal_once(None)

    assert gaps() == []


def test_sealing_looks_only_where_rows_can_be(
    make_prediction, django_assert_max_num_queries
):
    for _ in range(5):
        make_prediction()
        sealing.seal_once(None)

    with django_assert_max_num_queries(3) as captured:
        sealing.seal_once(None)

    # The newest seal, the numbers beyond it, and the gaps where there are any.
    asked = ['"id" >', "BETWEEN", "prediction_seals"]
    assert all(any(word in q["sql"] for word in asked) for q in captured)


def in_a_thread(work) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_row_that_commits_late_is_in_the_next_seal(committing, make_committed):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite's writers come one after the other")
    has_number, may_commit = threading.Event(), threading.Event()
    late: list[int] = []

    def commit_late() -> None:
        with transaction.atomic():
            late.append(make_committed(atomic=False).pk)
            has_number.set()
            assert may_commit.wait(20)

    thread = in_a_thread(commit_late)
    assert has_number.wait(20)
    early = make_committed().pk
    first = sealing.seal_once(None)  # neither waits for the writer nor holds it up
    may_commit.set()
    thread.join()
    second = sealing.seal_once(None)

    assert late[0] < early
    assert (first.row_count, second.row_count) == (1, 1)
    assert sealed() == [(1, early), (2, late[0])]


def test_writers_do_not_wait_for_a_seal_that_is_being_written(
    committing, make_committed, monkeypatch
):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    make_committed()
    written: list[int] = []
    create = SealedPrediction.objects.bulk_create

    def create_while_somebody_writes(*args, **kwargs):
        thread = in_a_thread(lambda: written.append(make_committed().pk))
        thread.join(20)
        assert not thread.is_alive()
        return create(*args, **kwargs)

    manager = SealedPrediction.objects
    monkeypatch.setattr(manager, "bulk_create", create_while_somebody_writes)

    sealing.seal_once(None)

    assert sealed() == [(1, 1)]
    assert written == [2]


def test_two_that_seal_at_once_make_no_fork(committing, make_committed, monkeypatch):
    make_committed()
    write = sealing._write
    results: list[object] = []

    def first_another(seal, leaves):
        monkeypatch.setattr(sealing, "_write", write)
        results.append(sealing.seal_once(None))
        write(seal, leaves)

    monkeypatch.setattr(sealing, "_write", first_another)

    with pytest.raises(SealedMeanwhile, match="nothing was sealed twice"):
        sealing.seal_once(None)

    assert [seal.number for seal in Seal.objects.all()] == [1]
    assert sealed() == [(1, 1)]


# Anchors


def test_an_anchor_has_one_line_a_seal_also_of_those_it_missed(
    make_prediction, run, tmp_path
):
    file = tmp_path / "anchor"
    make_prediction()
    run("seal_log")
    make_prediction()
    run("seal_log", "--anchor", file)
    make_prediction()
    run("seal_log", "--anchor", file)
    run("seal_log", "--anchor", file)

    lines = file.read_text().splitlines()
    hashes = Seal.objects.order_by("number").values_list("seal_hash", flat=True)
    assert len(lines) == 3
    assert all(h in line for h, line in zip(hashes, lines, strict=True))


def test_an_anchor_that_is_damaged_stops_before_anything_is_sealed(
    make_prediction, run, tmp_path
):
    file = tmp_path / "anchor"
    file.write_text("not an anchor\n")
    make_prediction()

    with pytest.raises(CommandError, match="line 1, is no anchor"):
        run("seal_log", "--anchor", file)

    assert not Seal.objects.exists()


def test_an_anchor_that_can_not_be_written_is_caught_up_with(
    make_prediction, run, tmp_path
):
    make_prediction()
    folder = tmp_path / "away"

    with pytest.raises(CommandError, match="the next seal_log adds their"):
        run("seal_log", "--anchor", folder / "anchor")
    folder.mkdir()
    run("seal_log", "--anchor", folder / "anchor")

    assert len((folder / "anchor").read_text().splitlines()) == 1


def test_a_row_of_a_newer_version_is_not_sealed_by_this_one(log_row, run):
    log_row(schema_version=99)

    with pytest.raises(CommandError, match="schema_version 99 is not known"):
        run("seal_log")

    assert Prediction.objects.count() == 1
    assert not Seal.objects.exists()
