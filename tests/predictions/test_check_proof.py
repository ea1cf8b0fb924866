"""`docs/check_proof.py` believes a proof that `verify_log` printed, and no other."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from predictions.proof import sealing, signing
from predictions.proof.canonical import canonical
from predictions.proof.merkle import leaf_hash
from tests.predictions.test_seals import KEY

SCRIPT = Path(__file__).parents[2] / "docs" / "check_proof.py"


@pytest.fixture
def proof(make_prediction, run, settings) -> dict:
    """Of the third of five rows, with its payload."""
    settings.SEAL_SIGNING_KEY = KEY
    numbers = [make_prediction(employee_id=669).pk for _ in range(5)]
    sealing.seal_once(signing.signing_key())
    return json.loads(run("verify_log", "--prove", numbers[2], "--with-payload")[0])


@pytest.fixture
def check(tmp_path):
    """The script's exit code and what it prints, in a Python without site-packages."""

    def call(
        proof: dict, *more: str, isolated: bool = False, lang: str = "C"
    ) -> tuple[int, str]:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof, ensure_ascii=False), encoding="utf-8")
        options = ["-I", "-S"] if isolated else []
        done = subprocess.run(
            [sys.executable, *options, str(SCRIPT), str(file), *more],
            capture_output=True,
            text=True,
            env={"LC_ALL": lang, "PYTHONUTF8": "1"},
        )
        return done.returncode, done.stdout

    return call


def test_a_true_proof_is_believed(proof, check):
    code, out = check(proof, proof["seal"]["public_key"], proof["seal"]["seal_hash"])

    assert code == 0, out
    assert out.count(" ok ") == 6


def test_the_hashes_need_the_standard_library_alone(proof, check):
    code, out = check(proof, isolated=True)

    assert code == 0, out
    assert out.count(" ok ") == 3
    assert "install the package cryptography" in out


def test_a_proof_without_the_payload_shows_the_row_alone(proof, check):
    del proof["payload"]

    code, out = check(proof)

    assert (code, "payload      –     not in the proof" in out) == (0, True)


@pytest.mark.parametrize(
    ("what", "forge"),
    [
        ("payload", lambda p: p["payload"]["payload"].update(age=60)),
        ("payload", lambda p: p["payload"].update(employee_id=1)),
        ("row", lambda p: p["row"].update(proba_depart=0.1)),
        ("row", lambda p: p.update(leaf_index=3)),
        ("row", lambda p: p.update(tree_size=9)),
        ("row", lambda p: p["audit_path"].pop()),
        ("seal", lambda p: p["seal"].update(row_count=6)),
        ("signature", lambda p: p["seal"].update(created_at="2026-01-01")),
    ],
    ids=["payload", "employee", "probability", "place", "size", "path", "seal", "time"],
)
def test_a_forged_proof_is_not(proof, check, what, forge):
    forge(proof)

    code, out = check(proof)

    assert code == 1
    assert any(line.split()[:2] == [what, "WRONG"] for line in out.splitlines()), out


def test_another_key_and_another_anchor_are_not_believed(proof, check):
    code, out = check(proof, "AAAA", "0" * 64)

    assert code == 1
    assert out.count("WRONG") == 2


def forged(proof: dict) -> dict:
    """Another probability, in a seal of one row by nobody that names a trusted key."""
    row = proof["row"] | {"proba_depart": 0.99}
    seal = proof["seal"] | {"signature": "", "root": leaf_hash(canonical(row)).hex()}
    header = {k: v for k, v in seal.items() if k not in ("seal_hash", "signature")}
    seal["seal_hash"] = hashlib.sha256(canonical(header)).hexdigest()
    return {"row": row, "leaf_index": 0, "tree_size": 1, "audit_path": [], "seal": seal}


def test_a_seal_without_a_signature_is_not_by_the_key_that_it_names(proof, check):
    code, out = check(forged(proof), proof["seal"]["public_key"])

    assert "row          ok" in out
    assert "signature    WRONG" in out
    assert "public key   WRONG" in out
    assert code == 1


def test_a_signature_that_nobody_checked_is_not_by_the_key_asked_for(proof, check):
    code, out = check(proof, proof["seal"]["public_key"], isolated=True)

    assert "public key   –" in out
    assert code == 1


ENGLISH = ("payload", "row", "public key", "anchor", "WRONG", " in ", "what", "by ")


@pytest.mark.parametrize(
    ("lang", "options"), [("C", ["--lang", "fr"]), ("fr_FR.UTF-8", [])]
)
def test_somebody_french_reads_french(proof, check, lang, options):
    named = [proof["seal"]["public_key"], "0" * 64]

    code, out = check(proof, *named, *options, lang=lang)

    assert code == 1
    assert "données      ok    ce que l'empreinte représente" in out
    assert "ligne        ok    prédiction" in out
    assert "ancrage      FAUX" in out
    assert [word for word in ENGLISH if word in out] == []


def test_the_option_outweighs_the_environment(proof, check):
    _, out = check(proof, "--lang", "en", lang="fr_FR.UTF-8")

    assert "what the digest stands for" in out


def test_what_is_no_proof_is_said_to_be_none(check):
    code, out = check({"row": 1})

    assert (code, "is no proof" in out) == (2, True)


@pytest.mark.parametrize("size", range(1, 12))
def test_every_row_of_a_seal_can_be_proven(log_row, run, check, size):
    numbers = [log_row().pk for _ in range(size)]
    sealing.seal_once(None)

    proof = json.loads(run("verify_log", "--prove", numbers[-1])[0])

    code, out = check(proof)
    assert code == 0, out
