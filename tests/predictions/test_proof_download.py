"""The proof of one row, as an auditor downloads it and hands it on."""

import json
import subprocess
import sys
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from predictions.models import Access
from predictions.proof import sealing, signing
from tests.predictions.test_access_log import page_of
from tests.predictions.test_reveal import reveal
from tests.predictions.test_seals import KEY


@pytest.fixture
def row(make_prediction, settings):
    settings.SEAL_SIGNING_KEY = KEY
    rows = [make_prediction(669) for _ in range(3)]
    sealing.seal_once(signing.signing_key())
    return rows[1]


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


def address(row) -> str:
    return reverse("admin:prove_prediction", args=[row.pk])


def folder(answer) -> ZipFile:
    assert answer.status_code == 200
    return ZipFile(BytesIO(answer.content))


@pytest.mark.parametrize(
    ("language", "names", "said"),
    [
        ("fr", {"preuve.json", "lisez-moi.txt", "check_proof.py"}, "n'y sont pas"),
        ("en", {"proof.json", "read-me.txt", "check_proof.py"}, "only its digest"),
    ],
)
def test_the_folder_checks_itself_in_the_readers_language(
    ana, row, tmp_path, language, names, said
):
    answer = ana.get(address(row), headers={"accept-language": language})
    found = folder(answer)
    found.extractall(tmp_path)

    assert set(found.namelist()) == names
    [note] = tmp_path.glob("*.txt")
    assert said in " ".join(note.read_text(encoding="utf-8").split())
    [proof] = tmp_path.glob("*.json")
    seal = json.loads(proof.read_text(encoding="utf-8"))["seal"]
    trusted = [seal["public_key"], seal["seal_hash"]]
    check = [sys.executable, "check_proof.py", proof.name, *trusted]
    assert subprocess.run(check, cwd=tmp_path).returncode == 0


def test_what_was_sent_is_in_it_only_for_whoever_sees_it(ana, row):
    without = folder(ana.get(address(row))).read("preuve.json").decode()
    reveal(ana, row)
    with_values = folder(ana.get(address(row))).read("preuve.json").decode()

    assert "revenu_mensuel" not in without
    assert json.loads(with_values)["payload"]["payload"] == row.input_payload
    looks = Access.objects.filter(action="proof").order_by("pk")
    assert [look.details["values"] for look in looks] == [False, True]


def test_before_a_seal_there_is_no_proof_and_the_page_says_so(ana, make_prediction):
    row = make_prediction(669)

    answer = ana.get(address(row), follow=True, headers={"accept-language": "fr"})

    assert answer.redirect_chain == [(page_of(row), 302)]
    assert "Pas de preuve avant le prochain scellé." in answer.content.decode()
    assert address(row) not in answer.content.decode()
    assert not Access.objects.filter(action="proof").exists()


@pytest.mark.parametrize("role", ["HR manager", "ML engineer", "API administrator"])
def test_a_proof_is_for_auditors(browser, row, role):
    assert browser(role).get(address(row)).status_code == 403


@pytest.mark.parametrize(
    ("page", "method"), [("prove_prediction", "get"), ("replay_prediction", "post")]
)
def test_a_row_that_is_not_there_is_said_to_be_none(ana, page, method):
    ana.handler.enforce_csrf_checks = False

    answer = getattr(ana, method)(reverse(f"admin:{page}", args=[404]))

    assert answer.status_code == 404
    assert not Access.objects.exists()


def test_nothing_is_replayed_by_following_a_link(ana, row):
    answer = ana.get(reverse("admin:replay_prediction", args=[row.pk]))

    assert answer.status_code == 405
    assert not Access.objects.exists()
