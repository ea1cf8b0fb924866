"""A release that is not whole, or does not prove itself, does not serve."""

import math

import pytest

from attrition import releases
from attrition.releases import CARD, FEATURES, REFERENCE, SCORECARD
from tests.attrition.release_folder import rejection

# Missing and changed files


@pytest.mark.parametrize("name", releases.LISTED_FILES)
def test_a_release_without_one_of_its_files_is_rejected(release, name):
    (release / name).unlink()

    text = rejection()

    assert f"{release / name} is missing" in text
    assert "put the release's folder back from git or a backup" in text


@pytest.mark.parametrize("name", releases.LISTED_FILES)
def test_a_release_with_one_byte_changed_is_rejected(release, name):
    release.change_one_byte(name)

    text = rejection()

    assert f"{release / name} is not the file that {CARD} describes" in text
    assert "put the release's folder back from git or a backup" in text


@pytest.mark.parametrize("name", releases.LISTED_FILES)
def test_a_file_that_the_card_does_not_list_is_not_trusted(release, name):
    card = release.document(CARD)
    del card["files"][name]
    release.rewrite(CARD, card)

    assert str(release / name) in rejection()


def test_a_release_without_its_card_is_no_release(release):
    (release / CARD).unlink()

    text = rejection()

    assert f"{release.folder / 'model_card.json'} is missing" in text


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"\xff\xfe\xfd", b"[]", b"null", b"{}", b'{"files": 1}']
)
def test_a_card_that_is_no_card_is_rejected(release, contents):
    (release / CARD).write_bytes(contents)

    text = rejection()

    assert str(release.folder) in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize("key", ["data", "threshold", "categories", "files"])
@pytest.mark.parametrize("instead", [None, "text"], ids=["missing", "of another kind"])
def test_a_card_without_what_serving_reads_is_rejected(release, key, instead):
    card = release.document(CARD)
    card[key] = instead
    if instead is None:
        del card[key]
    release.rewrite(CARD, card)

    assert str(release.folder) in rejection()


@pytest.mark.parametrize("value", [-0.1, 1.1, None, "high", math.nan], ids=repr)
def test_a_card_with_an_impossible_threshold_is_rejected(release, value):
    card = release.document(CARD)
    card["threshold"]["value"] = value
    release.rewrite(CARD, card)

    assert str(release / CARD) in rejection()


# Files that are what the card describes, and wrong


def test_a_release_that_scores_an_unknown_field_is_rejected(release):
    release.rewrite(FEATURES, [*release.document(FEATURES), "signe_astrologique"])

    text = rejection()

    assert f"{release / FEATURES} names signe_astrologique" in text
    assert "train the release again" in text


def test_a_scorecard_that_scores_other_fields_than_are_listed_is_rejected(release):
    release.rewrite(FEATURES, release.document(FEATURES)[1:])

    text = rejection()

    assert f"{release / SCORECARD} does not score what {FEATURES} lists" in text
    assert "put the release's folder back" in text


def test_a_scorecard_of_another_format_is_rejected(release):
    release.rewrite(SCORECARD, release.document(SCORECARD) | {"format": 99})

    text = rejection()

    assert f"{release / SCORECARD} can't be read" in text
    assert "99" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize("document", [[], {}, None, "points"], ids=repr)
def test_a_scorecard_that_is_none_is_rejected(release, document):
    release.rewrite(SCORECARD, document)

    assert f"{release / SCORECARD} can't be read" in rejection()


def test_a_release_that_does_not_reproduce_its_reference_cases_is_rejected(release):
    cases = release.document(REFERENCE)
    cases[3]["proba_depart"] += 2e-12
    release.rewrite(REFERENCE, cases)

    text = rejection()

    assert f"{release / REFERENCE} does not reproduce: case 4" in text
    assert "put the release's folder back" in text


def test_a_scorecard_with_another_weight_does_not_reproduce(release):
    scorecard = release.document(SCORECARD)
    scorecard["base"] += 1e-9
    release.rewrite(SCORECARD, scorecard)

    assert "does not reproduce" in rejection()


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        (REFERENCE, lambda cases: cases[0].update(proba_depart=math.nan)),
        (SCORECARD, lambda scorecard: scorecard.update(base=math.nan)),
    ],
    ids=["expected", "scored"],
)
def test_no_number_at_all_is_no_proof(release, name, spoil):
    document = release.document(name)
    spoil(document)
    release.rewrite(name, document)

    assert str(release.folder) in rejection()


@pytest.mark.parametrize(
    "case",
    [
        {"features": {"signe_astrologique": "lion"}, "proba_depart": 0.5},
        {"features": {"niveau_education": 99}, "proba_depart": 0.5},
        {"features": {}, "proba_depart": 0.5},
        {"features": {"niveau_education": 1}},
        {"proba_depart": 0.5},
        {"features": {"niveau_education": 1}, "proba_depart": None},
        None,
    ],
    ids=[
        "unknown field",
        "value outside the table",
        "nothing to score",
        "no probability",
        "no features",
        "null probability",
        "null",
    ],
)
def test_a_reference_case_that_can_not_be_scored_rejects_the_release(release, case):
    release.rewrite(REFERENCE, [case])

    assert str(release / REFERENCE) in rejection()


@pytest.mark.parametrize("cases", [[], {}, None], ids=repr)
def test_a_release_without_reference_cases_proves_nothing(release, cases):
    release.rewrite(REFERENCE, cases)

    assert str(release / REFERENCE) in rejection()
