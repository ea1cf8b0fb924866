"""Which release serves, what it imports, and what the system checks say of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from attrition import releases
from attrition.checks import release_is_real, release_is_whole
from attrition.errors import InvalidFeatures
from attrition.releases import CARD, CURRENT, SCORECARD
from tests.attrition.release_folder import rejection

ROOT = Path(__file__).parents[2]
WHAT_SERVING_IMPORTS = """
import sys
import technova.wsgi
from attrition import releases
release = releases.current()
release.scorecard.explain(release.validator.validate({"revenu_mensuel": 3000}))
heavy = {"sklearn", "joblib", "pandas", "numpy", "scipy"}
print(sorted(heavy & sys.modules.keys()))
"""


def test_the_committed_release_serves():
    release = releases.current()

    assert release.version == releases.current_version()
    assert release.version in releases.versions()
    assert 0 < release.threshold < 1
    assert len(release.artifact_sha256) == 64


def test_a_release_is_loaded_once(release):
    assert releases.current() is releases.load(release.version)


def test_loading_and_scoring_import_no_scikit_learn():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "technova.settings"}

    done = subprocess.run(
        [sys.executable, "-c", WHAT_SERVING_IMPORTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split("\n")[-2] == "[]"


# Which one serves


def test_an_unknown_version_lists_those_there_are(release, settings):
    shutil.copytree(release.folder, release.folder.parent / "0.9.0")
    settings.MODEL_VERSION = "9.9.9"

    text = rejection()

    assert "no release '9.9.9'" in text
    assert f"There are: 0.9.0, {release.version}." in text


def test_model_version_overrides_current(release, settings):
    shutil.copytree(release.folder, release.folder.parent / "0.9.0")
    settings.MODEL_VERSION = "0.9.0"

    assert releases.current().version == "0.9.0"


def test_current_may_end_in_a_new_line(release):
    (release.folder.parent / CURRENT).write_text(f"  {release.version}\r\n")

    assert releases.current().version == release.version


def test_without_current_the_remedies_are_told(release):
    current = release.folder.parent / CURRENT
    current.unlink()

    text = rejection()

    assert f"{current} is not there or names no release" in text
    assert "set MODEL_VERSION" in text
    assert f"There are: {release.version}." in text


@pytest.mark.parametrize("contents", [b"", b"\n", b"\xff\xfe"], ids=repr)
def test_a_current_that_names_nothing_is_an_error_with_the_remedy(release, contents):
    current = release.folder.parent / CURRENT
    current.write_bytes(contents)

    text = rejection()

    assert str(current) in text
    assert "set MODEL_VERSION" in text
    assert f"There are: {release.version}." in text


@pytest.mark.parametrize(
    "version",
    ["../outside", "../elsewhere/{version}", "..", ".", "", "a/b", "{folder}", "nul\0"],
    ids=repr,
)
def test_a_release_outside_the_folder_is_refused(release, version):
    models = release.folder.parent
    outside = models.parent / "outside"
    for copy in (
        outside,
        models.parent / "elsewhere" / release.version,
        models / "a" / "b",
    ):
        shutil.copytree(release.folder, copy)
    shutil.copytree(release.folder, models.parent, dirs_exist_ok=True)

    text = rejection(version.format(folder=outside, version=release.version))

    assert "There is no release" in text


def test_a_repaired_folder_serves_without_a_restart(release):
    path = release / SCORECARD
    whole = path.read_bytes()
    path.unlink()
    rejection()

    path.write_bytes(whole)

    assert releases.current().version == release.version


def test_model_threshold_overrides_the_cards(release, settings):
    card_threshold = release.document(CARD)["threshold"]["value"]
    loaded = releases.current()

    assert loaded.threshold == card_threshold
    settings.MODEL_THRESHOLD = 0.0
    assert loaded.threshold == 0.0
    settings.MODEL_THRESHOLD = 0.25
    assert loaded.threshold == 0.25


def test_the_cards_hash_stands_for_the_release(release):
    before = releases.current().artifact_sha256
    card = release.document(CARD)
    shutil.copytree(release.folder, release.folder.parent / "again")
    release.rewrite(CARD, card | {"purpose": "another"})
    release.folder.rename(release.folder.parent / "changed")

    assert releases.load("again").artifact_sha256 == before
    assert releases.load("changed").artifact_sha256 != before


def test_the_categories_that_are_accepted_are_those_of_the_release():
    release = releases.current()

    for name, known in release.categories.items():
        for value in known:
            assert release.validator.validate({name: value})[name] == value
        with pytest.raises(InvalidFeatures):
            release.validator.validate({name: "Sculpteur sur glace"})


# System checks


def test_a_whole_release_passes_the_check(release):
    assert release_is_whole(None) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda release: (release / SCORECARD).unlink(),
        lambda release: release.change_one_byte(SCORECARD),
    ],
    ids=["missing", "changed"],
)
def test_the_check_names_the_file_and_the_remedy(release, spoil):
    spoil(release)

    [error] = release_is_whole(None)

    assert error.id == "attrition.E001"
    assert error.is_serious()
    assert str(release / SCORECARD) in error.msg
    assert "put the release's folder back" in error.msg
    assert "/predict answers 503" in error.hint


def test_the_check_lists_the_releases_when_the_version_is_unknown(release, settings):
    settings.MODEL_VERSION = "9.9.9"

    [error] = release_is_whole(None)

    assert error.id == "attrition.E001"
    assert release.version in error.msg


@pytest.mark.parametrize(
    ("fictional", "ids"), [(True, ["attrition.W001"]), (False, [])]
)
def test_deploying_a_demonstration_model_is_warned_of(release, fictional, ids):
    card = release.document(CARD)
    card["data"]["fictional"] = fictional
    release.rewrite(CARD, card)

    found = release_is_real(None)

    assert releases.current().is_demonstration is fictional
    assert [warning.id for warning in found] == ids
    assert all(release.version in warning.msg for warning in found)
    assert all("train_model" in warning.hint for warning in found)


def test_a_broken_release_is_reported_once(release):
    (release / CARD).unlink()

    assert len(release_is_whole(None)) == 1
    assert release_is_real(None) == []
