"""Whatever a forger does as the database's owner, `verify_log` names it."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import OperationalError
from django.utils.translation import override

from predictions.management.arguments import operator
from predictions.models import Erasure, LogCheck, Prediction, Seal
from predictions.proof import gaps, sealing, signing
from tests.predictions.tampering import (
    change,
    digest_again,
    execute,
    leaf_again,
    seal_again,
    without_triggers,
)
from tests.predictions.test_seals import KEY

OTHER_KEY = "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _signed(settings):
    settings.SEAL_SIGNING_KEY = KEY


def test_an_untouched_log_is_said_to_be_so(numbers, verify):
    code, out = verify()

    assert code == 0
    assert "10 rows and 3 seals were checked; 1 rows wait" in out
    assert "Nothing is wrong." in out


def test_an_empty_log_is_sound(db, verify):
    assert verify()[0] == 0


def changed_payload(n: int) -> None:
    payload = Prediction.objects.get(pk=n).input_payload
    change(n, "input_payload", json.dumps(payload | {"age": payload["age"] + 1}))


def changed_and_digested(n: int) -> None:
    changed_payload(n)
    digest_again(n)


def swapped(n: int) -> None:
    execute("UPDATE predictions SET id = -1 WHERE id = %s", n)
    execute("UPDATE predictions SET id = %s WHERE id = %s", n, n + 1)
    execute("UPDATE predictions SET id = %s WHERE id = -1", n + 1)


TAMPERING = {
    "one byte of a payload": changed_payload,
    "a payload, its digest made to fit": changed_and_digested,
    "a payload too deep to be read": lambda n: change(
        n, "input_payload", "[" * 990 + "]" * 990
    ),
    "a probability": lambda n: change(n, "proba_depart", 0.99),
    "a threshold": lambda n: change(n, "threshold", 0.01),
    "a time": lambda n: change(n, "created_at", "2026-01-01 00:00:00+00:00"),
    "an employee": lambda n: change(n, "employee_id", 1),
    "a model version": lambda n: change(n, "model_version", "1.0.0"),
    "the hash of the release": lambda n: change(n, "artifact_sha256", "0" * 64),
    "who asked": lambda n: change(n, "key_owner", "nobody"),
    "a warning": lambda n: change(n, "warnings", "[]"),
    "the salt": lambda n: change(n, "payload_salt", "00" * 16),
    "the version of the row": lambda n: change(n, "schema_version", 1),
    "a digest": lambda n: change(n, "payload_digest", "0" * 64),
    "a row removed in the middle": lambda n: execute(
        "DELETE FROM predictions WHERE id = %s", n
    ),
    "a payload removed": lambda n: execute(
        "UPDATE predictions SET input_payload = NULL, payload_salt = NULL, "
        "employee_id = NULL WHERE id = %s",
        n,
    ),
    "two rows swapped": swapped,
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_each_change_is_found_and_the_row_named(numbers, verify, tamper):
    with without_triggers():
        tamper(numbers[4])

    code, out = verify()

    assert code == 1
    assert f"prediction {numbers[4]}: " in out
    untouched = set(numbers) - {numbers[4], numbers[5]}
    assert not any(f"prediction {n}: " in out for n in untouched)


def test_a_payload_that_was_removed_is_called_that(numbers, verify):
    with without_triggers():
        TAMPERING["a payload removed"](numbers[1])

    assert "payload removed without an erasure on record" in verify()[1]


def test_an_erasure_on_record_leaves_every_proof_whole(numbers, verify):
    Erasure.objects.create(prediction_id=numbers[1], user_name="ana", reason="art. 17")
    TAMPERING["a payload removed"](numbers[1])

    assert verify()[0] == 0


@pytest.mark.parametrize("tamper", ["one byte of a payload", "an employee"])
def test_a_row_that_waits_for_its_seal_is_checked_by_its_digest(
    numbers, verify, tamper
):
    with without_triggers():
        TAMPERING[tamper](numbers[-1])

    code, out = verify()

    assert (code, f"prediction {numbers[-1]}: changed" in out) == (1, True)


def test_the_newest_sealed_rows_removed_are_missed(numbers, verify):
    with without_triggers():
        execute("DELETE FROM predictions WHERE id >= %s", numbers[7])

    code, out = verify()

    assert code == 1
    for n in numbers[7:9]:
        assert f"prediction {n}: missing; seal 3 holds it" in out


def test_a_row_inserted_between_is_in_no_seal(log_row, verify, monkeypatch):
    monkeypatch.setattr(gaps, "GAP_LASTS", timedelta(0))
    for number in (1000, 1005, 1006):
        log_row(id=number)
        sealing.seal_once(signing.signing_key())

    log_row(id=1002, employee_id=1)

    code, out = verify()
    assert code == 1
    assert "prediction 1002: in no seal" in out


def test_a_number_that_is_still_awaited_only_waits(log_row, verify):
    for number in (1000, 1005):
        log_row(id=number)
        sealing.seal_once(signing.signing_key())

    log_row(id=1002)

    code, out = verify()
    assert (code, "1 rows wait" in out) == (0, True)


def test_a_list_that_was_made_to_fit_names_the_seal(numbers, verify):
    with without_triggers():
        changed_and_digested(numbers[4])
        leaf_again(numbers[4])

    code, out = verify()

    assert code == 1
    assert "seal 2: its list of rows is not the one that was sealed" in out
    assert "prediction" not in out.split("\n")[0]


def test_a_seal_that_was_made_to_fit_lacks_the_signature(numbers, verify):
    with without_triggers():
        changed_and_digested(numbers[4])
        leaf_again(numbers[4])
        seal_again(2)

    code, out = verify()

    assert code == 1
    assert "seal 2: changed: its signature is wrong" in out
    assert "seal 3: changed: its signature is wrong" in out


def test_a_chain_signed_anew_is_not_by_the_key_that_is_trusted(
    numbers, verify, settings
):
    settings.SEAL_SIGNING_KEY = OTHER_KEY
    theirs = signing.signing_key()

    def sign(seal: Seal) -> str:
        seal.public_key = signing.public_text(theirs)
        seal.seal_hash = signing.hash_of(seal)
        return signing.sign(seal, theirs)

    with without_triggers():
        changed_and_digested(numbers[4])
        leaf_again(numbers[4])
        seal_again(1, sign)
    settings.SEAL_SIGNING_KEY = KEY

    code, out = verify()

    assert code == 1
    assert "seal 2: signed with a key that is not trusted" in out


@pytest.mark.parametrize(
    ("column", "value"),
    [("root", "0" * 64), ("row_count", 2), ("last_id", 1), ("gaps", '[[1, 99, ""]]')],
)
def test_a_seal_that_was_edited_is_named(numbers, verify, column, value):
    with without_triggers():
        execute(f"UPDATE prediction_seals SET {column} = %s WHERE number = 2", value)

    code, out = verify()

    assert (code, "seal 2: changed: its hash is another" in out) == (1, True)


def test_signatures_that_were_removed_are_missed(numbers, verify):
    with without_triggers():
        execute("UPDATE prediction_seals SET signature = '' WHERE number = 3")

    code, out = verify()

    assert (code, "seal 3: its signature was removed" in out) == (1, True)


def test_a_seal_taken_out_of_the_middle_is_missed(numbers, verify):
    with without_triggers():
        execute("DELETE FROM prediction_seal_rows WHERE seal_id = 2")
        execute("DELETE FROM prediction_seals WHERE number = 2")

    out = verify()[1]

    assert "seal 2: missing" in out
    assert "seal 3: does not follow the seal before it" in out
    assert f"prediction {numbers[4]}: in no seal" in out


def test_a_tail_that_was_cut_off_is_seen_beside_the_anchor(
    numbers, verify, run, tmp_path
):
    anchor = str(tmp_path / "anchor")
    run("seal_log", "--anchor", anchor)
    with without_triggers():
        execute("DELETE FROM prediction_seal_rows WHERE seal_id = 4")
        execute("DELETE FROM prediction_seals WHERE number = 4")
        execute("DELETE FROM predictions WHERE id >= %s", numbers[9])

    assert verify()[0] == 0
    code, out = verify("--anchor", anchor)

    assert code == 1
    assert "seal 4: cut off: the anchor has it and the log does not" in out


def test_without_an_anchor_or_a_key_it_says_what_nobody_can_see(
    numbers, verify, settings
):
    settings.SEAL_SIGNING_KEY = ""

    out = verify()[1]

    assert "Without --anchor nobody sees" in out
    assert "No key is trusted" in out


def test_only_what_was_sealed_since_is_read(numbers, verify):
    with without_triggers():
        change(numbers[1], "threshold", 0.01)

    assert verify()[0] == 1
    code, out = verify("--since", "2100-01-01")
    assert (code, "1 rows and 3 seals were checked" in out) == (0, True)


def test_the_first_hundred_are_named_and_the_others_counted(
    make_prediction, verify, monkeypatch
):
    monkeypatch.setattr("predictions.management.commands.verify_log.MOST_SHOWN", 2)
    for _ in range(4):
        make_prediction()
    sealing.seal_once(signing.signing_key())
    with without_triggers():
        execute("UPDATE predictions SET threshold = 0.01")

    out = verify()[1]

    assert out.count("prediction ") == 2
    assert "… and 2 more." in out
    assert "Wrong: 4." in out


@pytest.mark.parametrize("key", ["x", KEY[:10]])
def test_a_key_to_trust_that_is_none_is_refused(run, db, key):
    with pytest.raises(CommandError, match="The public key is not 32 bytes"):
        run("verify_log", "--public-key", key)


def test_a_row_of_an_older_schema_is_verified_by_the_rules_of_its_time(log_row, verify):
    row = log_row(schema_version=1)
    sealing.seal_once(signing.signing_key())
    assert verify()[0] == 0

    with without_triggers():
        change(row.pk, "request_id", "forged")

    assert verify()[0] == 1


# On record


def test_a_whole_verification_is_on_record(numbers, verify):
    with without_triggers():
        change(numbers[0], "threshold", 0.2)

    code, _ = verify()

    found = LogCheck.objects.get()
    assert code == 1
    assert (found.rows, found.seals, found.waiting, found.findings) == (10, 3, 1, 1)
    assert (found.has_keys, found.has_anchor) == (True, False)
    assert found.user_name == operator()


def test_a_part_that_was_verified_is_not_on_record_as_the_whole(numbers, verify):
    verify("--since", "2026-01-01")
    verify("--prove", str(numbers[0]))

    assert not LogCheck.objects.exists()


def test_who_may_only_read_verifies_all_the_same(numbers, verify, monkeypatch, run):
    def refused(**fields):
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(LogCheck.objects, "create", refused)

    code, _ = verify()

    assert code == 0
    assert "OperationalError" in run.err
