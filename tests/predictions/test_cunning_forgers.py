"""Forgers who know how the proofs are made: what they spoil is named all the same."""

import json

import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils.translation import override

from predictions.models import Prediction, Seal
from predictions.proof import sealing, signing
from predictions.proof.digests import leaf_of
from predictions.proof.rows import by_id
from tests.predictions.tampering import (
    change,
    execute,
    leaf_again,
    seal_again,
    without_triggers,
)
from tests.predictions.test_seals import KEY


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _signed(settings):
    settings.SEAL_SIGNING_KEY = KEY


def without_foreign_keys() -> None:
    """SQLite looks at the end of a transaction, which a test never reaches."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' "
            "AND conrelid = 'prediction_seal_rows'::regclass"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE prediction_seal_rows DROP CONSTRAINT "{name}"')


@pytest.mark.parametrize("seal", [0, 99])
def test_a_row_slipped_under_a_seal_that_there_is_not_is_named(
    numbers, verify, make_prediction, seal
):
    sealing.seal_once(signing.signing_key())
    slipped = make_prediction(employee_id=1).pk
    without_foreign_keys()
    execute(
        "INSERT INTO prediction_seal_rows (prediction_id, seal_id, leaf) "
        "VALUES (%s, %s, %s)",
        slipped,
        seal,
        leaf_of(by_id([slipped])[slipped]),
    )

    code, out = verify()

    # SQLite checks foreign keys when the test is rolled back, unless the line is gone.
    with without_triggers():
        execute("DELETE FROM prediction_seal_rows WHERE prediction_id = %s", slipped)
    assert code == 1
    assert f"prediction {slipped}: listed under seal {seal}, which is not there" in out


def test_a_later_signature_does_not_stand_for_seals_without_one(numbers, verify):
    with without_triggers():
        change(numbers[0], "proba_depart", 0.99)
        leaf_again(numbers[0])
        execute("UPDATE prediction_seals SET signature = '', public_key = ''")
        seal_again(1)
    sealing.seal_once(signing.signing_key())  # the honest sealer, a minute later

    code, out = verify()

    assert code == 1
    for number in (1, 2, 3):
        assert f"seal {number}: not signed, and no anchor stands for it" in out
    assert "seal 4" not in out


def test_an_anchor_stands_for_seals_that_were_made_before_there_was_a_key(
    make_prediction, run, verify, tmp_path, settings
):
    anchor = tmp_path / "anchor"
    settings.SEAL_SIGNING_KEY = ""
    make_prediction()
    run("seal_log", "--anchor", anchor)
    settings.SEAL_SIGNING_KEY = KEY
    make_prediction()
    run("seal_log", "--anchor", anchor)

    assert verify("--anchor", str(anchor))[0] == 0
    assert verify()[0] == 1


def test_a_seal_of_a_far_number_is_one_finding(numbers, verify):
    with without_triggers():
        execute("UPDATE prediction_seals SET previous_hash = 'x' WHERE number = 3")
        without_foreign_keys()
        execute("UPDATE prediction_seals SET number = %s WHERE number = 3", 2_000_000)
        execute(
            "UPDATE prediction_seal_rows SET seal_id = %s WHERE seal_id = 3", 2_000_000
        )

    code, out = verify()

    assert code == 1
    assert "seal 3: missing, and all up to seal 1999999" in out


ODD = {
    "a salt that is bytes": ("payload_salt", b"\x00\xff"),
    "bytes that are no text": ("input_payload", None),
    "a time before all times": ("created_at", "0001-01-01 00:00:00+10:00"),
    "a batch that is none": ("batch_id", "zz"),
}


@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="PostgreSQL refuses such values itself"
)
@pytest.mark.parametrize(("column", "value"), ODD.values(), ids=ODD)
def test_what_only_sqlite_keeps_is_named_and_not_quoted(numbers, verify, column, value):
    with without_triggers():
        if value is None:
            execute(
                "UPDATE predictions SET input_payload = "
                "replace(input_payload, 'Commercial', CAST(x'FF' AS TEXT)) "
                "WHERE id = %s",
                numbers[4],
            )
        else:
            change(numbers[4], column, value)

    code, out = verify()

    assert code == 1
    named = {line.split(":")[0] for line in out.splitlines() if ": changed" in line}
    assert named == {f"prediction {numbers[4]}"}
    assert "genre" not in out
    with without_triggers():  # Django reads the time of every row that it removes
        execute("DELETE FROM prediction_seal_rows")
        execute("DELETE FROM predictions")


def test_a_leaf_that_is_no_hash_is_named(numbers, verify):
    with without_triggers():
        execute(
            "UPDATE prediction_seal_rows SET leaf = %s WHERE prediction_id = %s",
            b"text" if connection.vendor == "postgresql" else "text",
            numbers[4],
        )

    code, out = verify()

    assert code == 1
    assert f"prediction {numbers[4]}: changed" in out
    assert "seal 2: its list of rows" in out


def test_a_signature_that_is_no_base64_is_wrong(numbers, verify):
    with without_triggers():
        execute("UPDATE prediction_seals SET signature = 'é' WHERE number = 2")

    code, out = verify()

    assert code == 1
    assert "seal 2: changed: its signature is wrong" in out


def test_the_proof_of_a_changed_row_says_that_it_will_fail(numbers, run):
    with without_triggers():
        change(numbers[0], "proba_depart", 0.9)

    with pytest.raises(SystemExit) as end:
        run("verify_log", "--prove", numbers[0])

    assert end.value.code == 1
    assert json.loads(run.out)["row"]["id"] == numbers[0]
    assert f"prediction {numbers[0]}: changed" in run.err


@pytest.mark.parametrize("number", ["0", "-1", "9" * 20, "x"])
def test_what_is_no_number_of_a_row_is_refused(db, run, number):
    for command in (("verify_log", "--prove"), ("replay_predictions",)):
        with pytest.raises(CommandError):
            run(*command, number)


def test_a_log_that_contradicts_its_anchor_is_not_sealed(
    numbers, run, tmp_path, make_prediction
):
    anchor = tmp_path / "anchor"
    run("seal_log", "--anchor", anchor)
    with without_triggers():
        execute("DELETE FROM prediction_seal_rows WHERE seal_id = 4")
        execute("DELETE FROM prediction_seals WHERE number = 4")
    make_prediction()
    lines = anchor.read_text()

    with pytest.raises(CommandError, match="holds seal 4 and the log does not"):
        run("seal_log", "--anchor", anchor)

    assert Seal.objects.count() == 3
    assert anchor.read_text() == lines


def test_a_line_that_nobody_of_ours_wrote_is_not_called_a_faster_sealer(numbers, run):
    waiting = Prediction.objects.latest("pk").pk
    execute(
        "INSERT INTO prediction_seal_rows (prediction_id, seal_id, leaf) "
        "VALUES (%s, 1, %s)",
        waiting,
        b"x" * 32,
    )

    with pytest.raises(CommandError, match="verify_log names it"):
        run("seal_log")


def test_triggers_that_are_missing_are_said(numbers, verify):
    with connection.cursor() as cursor:
        name = "prediction_seals_no_delete"
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
                "AND tgrelid = 'prediction_seals'::regclass LIMIT 1"
            )
            name = cursor.fetchone()[0] + " ON prediction_seals"
        cursor.execute(f"DROP TRIGGER {name}")

    code, out = verify()

    assert code == 0
    assert "Table prediction_seals lacks its triggers" in out
    assert "Nothing was changed so far" in out
    assert "Nothing is wrong" not in out
