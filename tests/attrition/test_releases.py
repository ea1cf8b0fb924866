"""Which release serves, what it imports, and when it is read from the disk."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from attrition import releases
from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.releases import CARD, CURRENT, SCORECARD
from tests import shipped
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
    assert f"There are: 0.9.0, {', '.join(shipped.VERSIONS)}." in text


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
    assert f"There are: {', '.join(shipped.VERSIONS)}." in text


@pytest.mark.parametrize("contents", [b"", b"\n", b"\xff\xfe"], ids=repr)
def test_a_current_that_names_nothing_is_an_error_with_the_remedy(release, contents):
    current = release.folder.parent / CURRENT
    current.write_bytes(contents)

    text = rejection()

    assert str(current) in text
    assert "set MODEL_VERSION" in text
    assert f"There are: {', '.join(shipped.VERSIONS)}." in text


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


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_a_release_that_is_shipped_loads_whatever_the_format_of_its_scorecard(version):
    release = releases.load_anew(version)

    usual = {item.field: item.usual for item in release.scorecard.fields}
    assert release.version == version
    assert release.scorecard.logit(usual) == release.scorecard.base


def test_the_shipped_scorecards_are_of_both_formats():
    formats = {
        json.loads((shipped.FOLDER / version / SCORECARD).read_bytes())["format"]
        for version in shipped.VERSIONS
    }

    assert formats == {1, 2}


def test_a_release_in_memory_outlives_its_files_and_is_not_taken_for_them(release):
    in_memory = releases.current()
    release.change_one_byte(SCORECARD)

    with pytest.raises(ReleaseRejected, match=SCORECARD):
        releases.load_anew(release.version)

    assert releases.load(release.version) is in_memory


@pytest.mark.parametrize(
    "spoil",
    [
        lambda release: (release.folder.parent / CURRENT).write_text(""),
        lambda release: (release.folder.parent / CURRENT).write_text("1.0.0\n"),
        lambda release: (release.folder.parent / CURRENT).write_text("9.9.9\n"),
        lambda release: (release.folder.parent / CURRENT).unlink(),
        lambda release: release.change_one_byte(SCORECARD),
        lambda release: shutil.rmtree(release.folder),
    ],
    ids=["half written", "activated", "unknown", "no CURRENT", "spoilt", "gone"],
)
def test_what_serves_goes_on_serving_until_a_restart(release, spoil):
    serves = releases.current()

    spoil(release)

    assert releases.current() is serves


@pytest.mark.parametrize("version", ["1.0.0", "9.9.9"])
def test_what_a_restart_would_meet_is_read_from_the_disk(release, version):
    releases.current()
    (release.folder.parent / CURRENT).write_text(version)

    try:
        found = releases.next_current().version
    except ReleaseRejected:
        found = None

    assert found == (version if version in shipped.VERSIONS else None)


def test_a_release_that_was_rejected_is_not_remembered(release):
    current = release.folder.parent / CURRENT
    current.write_text("9.9.9\n")
    rejection()

    current.write_text(f"{shipped.VERSIONS[0]}\n")

    assert releases.current().version == shipped.VERSIONS[0]


@pytest.mark.parametrize("name", ["models", "the models; of 'ours'"])
def test_the_printed_command_activates_a_release(settings, tmp_path, name):
    settings.MODEL_DIR = tmp_path / name
    settings.MODEL_DIR.mkdir()
    (settings.MODEL_DIR / CURRENT).write_text("1.0.0\n")

    subprocess.run(releases.activation("2026.1"), shell=True, check=True)

    assert releases.current_version() == "2026.1"
    assert [path.name for path in settings.MODEL_DIR.iterdir()] == [CURRENT]


def test_reading_a_release_anew_leaves_the_one_in_memory_alone(release):
    in_memory = releases.current()

    assert releases.load_anew(release.version) is not in_memory
    assert releases.current() is in_memory


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
