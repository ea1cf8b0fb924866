"""What a server logs of its model when it starts."""

import logging

import pytest
from django.utils.translation import override

from attrition import releases, startup
from attrition.releases import CARD, CURRENT, SCORECARD
from tests import shipped
from tests.server import Server

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def said(caplog):
    """What announce() logs: levels and sentences, in order."""

    def announce() -> list[tuple[int, str]]:
        caplog.clear()
        with caplog.at_level(logging.INFO):
            startup.announce()
        return [(entry.levelno, entry.getMessage()) for entry in caplog.records]

    return announce


def test_the_release_and_its_threshold_are_logged(said):
    serves = f"Release {shipped.SERVES} serves, threshold {shipped.THRESHOLD}."

    assert said() == [(logging.INFO, serves)]


def test_a_threshold_of_the_operator_is_a_warning_with_both_shares(said, settings):
    settings.MODEL_THRESHOLD = 0.5

    serves, override = said()

    assert serves == (
        logging.INFO,
        f"Release {shipped.SERVES} serves, threshold 0.5.",
    )
    assert override[0] == logging.WARNING
    assert override[1].startswith("MODEL_THRESHOLD=0.5 ")
    assert override[1].count("%") == 2


def test_the_first_request_finds_the_release_in_memory(release, said):
    said()
    release.change_one_byte(SCORECARD)

    assert releases.current().version == release.version


@pytest.mark.parametrize(
    "spoil",
    [
        lambda release: release.change_one_byte(SCORECARD),
        lambda release: (release / SCORECARD).unlink(),
        lambda release: (release / CARD).write_bytes(b"\xff"),
        lambda release: (release.folder.parent / CURRENT).unlink(),
    ],
    ids=["one byte", "no scorecard", "no text", "no CURRENT"],
)
@pytest.mark.parametrize("threshold", [None, 0.5])
def test_a_broken_release_is_an_error_in_the_log_and_stops_nothing(
    release, said, settings, spoil, threshold
):
    settings.MODEL_THRESHOLD = threshold
    spoil(release)

    [(level, sentence)] = said()

    assert level == logging.ERROR
    assert sentence.startswith("Nothing can be scored: ")
    assert str(release.folder.parent) in sentence


def test_what_is_logged_is_in_the_servers_language(release, said):
    with override("fr"):
        [(_, serves)] = said()
        (release.folder.parent / CURRENT).write_text("9.9.9")
        releases._serving.clear()
        [(_, rejected)] = said()

    assert serves == (
        f"Version {shipped.SERVES} en service, seuil {shipped.THRESHOLD}."
    )
    assert rejected.startswith("Aucun score ne peut être calculé")
    assert "Il n'y a pas de version '9.9.9'" in rejected


def test_a_folder_without_any_release_is_an_error_in_the_log(said, settings, tmp_path):
    settings.MODEL_DIR = tmp_path

    [(level, sentence)] = said()

    assert level == logging.ERROR
    assert "set MODEL_VERSION" in sentence


def test_a_real_server_says_what_an_override_flags(tmp_path):
    server = Server(
        tmp_path,
        workers=1,
        MODEL_VERSION=shipped.SERVES,
        MODEL_THRESHOLD="0.5",
        LANGUAGE_CODE="en",
    )
    try:
        log = server.log.read_text()
    finally:
        server.stop()

    [warning] = [line for line in log.splitlines() if "MODEL_THRESHOLD" in line]
    assert " WARNING attrition.startup " in warning
    assert "MODEL_THRESHOLD=0.5 flags about " in warning
    assert f"has chosen {shipped.THRESHOLD}, which flags " in warning
    assert f"Release {shipped.SERVES} serves, threshold 0.5." in log


def test_a_real_server_starts_and_answers_though_its_release_is_not_there(tmp_path):
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / CURRENT).write_text("9.9.9")
    server = Server(tmp_path, workers=1, MODEL_DIR=str(folder), LANGUAGE_CODE="en")
    try:
        health = server.call("/health")
        log = server.log.read_text()
    finally:
        server.stop()

    assert health == {"status": "ok"}
    assert " ERROR attrition.startup Nothing can be scored: " in log
    assert "9.9.9" in log
