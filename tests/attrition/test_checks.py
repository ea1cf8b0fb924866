"""The system checks: a release that is broken, overridden, fictional or prohibited."""

from io import StringIO

import pytest
from django.core import checks
from django.core.management import call_command
from django.utils.translation import override

from attrition import releases
from attrition.checks import (
    older_releases_are_whole,
    release_is_real,
    release_is_whole,
    release_uses_no_prohibited_ground,
)
from attrition.releases import CARD, CURRENT, FEATURES, SCORECARD
from tests import shipped
from tests.attrition.release_folder import ReleaseFolder

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def uses_age(release) -> ReleaseFolder:
    """The release, trained on a prohibited ground too; the same probabilities."""
    age = {"field": "age", "low": 18, "high": 60, "weight": 0, "usual": 36, "null": 36}
    scorecard = release.document(SCORECARD)
    scorecard["fields"].insert(0, age)
    release.rewrite(SCORECARD, scorecard)
    release.rewrite(FEATURES, ["age", *release.document(FEATURES)])
    card = release.document(CARD)
    card["model"]["columns"].append("age")
    release.rewrite(CARD, card)
    return release


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
def test_the_check_names_the_file_and_the_remedy(release, spoil, english):
    spoil(release)

    [error] = release_is_whole(None)

    assert error.id == "attrition.E001"
    assert error.is_serious()
    assert str(release / SCORECARD) in error.msg
    assert "put the release's folder back" in error.msg
    assert "/predict answers 503" in error.hint


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda release: release.change_one_byte(SCORECARD), SCORECARD),
        (lambda release: (release.folder.parent / CURRENT).write_text(""), CURRENT),
    ],
    ids=["a changed file", "an empty CURRENT"],
)
def test_the_check_tells_what_a_restart_would_meet(release, spoil, named):
    serves = releases.current()
    spoil(release)

    [error] = release_is_whole(None)

    assert error.id == "attrition.E001"
    assert named in error.msg
    assert releases.current() is serves


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


@pytest.mark.parametrize(
    ("language", "hint"), [("fr", "Entraînez-en une"), ("en", "Train one")]
)
def test_a_hint_is_in_its_readers_language(language, hint):
    with override(language):
        [warning] = release_is_real(None)

    assert warning.hint.startswith(hint)


def test_a_broken_release_is_reported_once(release):
    (release / CARD).unlink()

    assert len(release_is_whole(None)) == 1
    assert release_is_real(None) == []
    assert release_uses_no_prohibited_ground(None) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda older: (older / SCORECARD).unlink(),
        lambda older: older.change_one_byte(SCORECARD),
        lambda older: (older / CARD).unlink(),
    ],
    ids=["no scorecard", "one byte", "no card"],
)
def test_an_older_release_that_is_damaged_is_a_warning_with_the_remedy(release, spoil):
    older = ReleaseFolder(release.folder.parent / shipped.VERSIONS[0])
    assert older_releases_are_whole(None) == []
    spoil(older)

    [warning] = older_releases_are_whole(None)

    assert release_is_whole(None) == []
    assert warning.id == "attrition.W003"
    assert str(older.folder) in warning.msg
    assert "put the release's folder back" in warning.msg
    assert f"manage.py check_release {older.version}" in warning.hint


def test_the_release_that_serves_is_not_warned_of_twice(release):
    release.change_one_byte(SCORECARD)

    found = [message.id for message in checks.run_checks()]

    assert found.count("attrition.E001") == 1
    assert "attrition.W003" not in found


def test_a_threshold_of_the_operator_is_told_with_what_it_changes(release, settings):
    settings.MODEL_THRESHOLD = 0.5

    [info] = release_is_whole(None)

    assert info.id == "attrition.I001"
    assert not info.is_serious()
    assert "MODEL_THRESHOLD=0.5" in info.msg
    assert release.version in info.msg


@pytest.mark.parametrize("threshold", [None, 0.5])
def test_a_threshold_of_the_operator_is_no_reason_to_stop(settings, threshold):
    settings.MODEL_THRESHOLD = threshold
    err = StringIO()

    call_command("check", fail_level="WARNING", stdout=StringIO(), stderr=err)

    assert ("attrition.I001" in err.getvalue()) == (threshold is not None)


def test_a_release_without_a_prohibited_ground_is_not_warned_of(release):
    assert release_uses_no_prohibited_ground(None) == []


def test_deploying_a_release_that_uses_a_prohibited_ground_is_warned_of(uses_age):
    [warning] = release_uses_no_prohibited_ground(None)

    assert warning.id == "attrition.W002"
    assert f"Release {uses_age.version} uses a prohibited ground" in warning.msg
    assert "Age" in warning.msg
    assert "L. 1132-1" in warning.msg
    assert "let another release serve" in warning.hint


def test_a_prohibited_ground_is_warned_of_only_when_deploying(uses_age):
    def found(**options) -> set[str]:
        return {message.id for message in checks.run_checks(**options)}

    assert "attrition.W002" in found(include_deployment_checks=True)
    assert "attrition.W002" not in found()
