"""A release that is not whole, or does not prove itself, does not serve."""

import math

import pytest

from attrition import releases
from attrition.flagged import override_in_words
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

    assert f"{release / SCORECARD} can't be used (format is nothing" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize("document", [[], {}, None, "points"], ids=repr)
def test_a_scorecard_that_is_none_is_rejected(release, document):
    release.rewrite(SCORECARD, document)

    assert f"{release / SCORECARD} can't be used" in rejection()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card, number, choice: choice.update(table=[]),
        lambda card, number, choice: choice.update(clip=[]),
        lambda card, number, choice: choice.update(clip=[0]),
        lambda card, number, choice: number.update(low=-(10**400)),
        lambda card, number, choice: card.update(base=10**400),
        lambda card, number, choice: card.update(fields=["table"]),
    ],
    ids=[
        "an empty table",
        "no clip",
        "half a clip",
        "no float",
        "a base that is no float",
        "a word",
    ],
)
def test_a_scorecard_of_odd_parts_is_rejected(release, spoil):
    scorecard = release.document(SCORECARD)
    number = next(item for item in scorecard["fields"] if "weight" in item)
    choice = next(item for item in scorecard["fields"] if "table" in item)
    spoil(scorecard, number, choice)
    release.rewrite(SCORECARD, scorecard)

    text = rejection()

    assert f"{release / SCORECARD} can't be used" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize(
    ("transform", "offset"),
    [("cube", 0.0), ("sqrt", -1.0)],
    ids=["unknown", "square root of less than 0"],
)
def test_a_transform_that_cannot_be_computed_is_rejected(release, transform, offset):
    scorecard = release.document(SCORECARD)
    number = next(item for item in scorecard["fields"] if "weight" in item)
    number.update(transform=transform, offset=offset)
    release.rewrite(SCORECARD, scorecard)

    text = rejection()

    assert scorecard["format"] == 2
    assert f"{release / SCORECARD} can't be used" in text
    assert "put the release's folder back" in text


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


# What serving does not read


def forget(card: dict, *path: str) -> None:
    *outer, last = path
    for name in outer:
        card = card[name]
    del card[last]


def keep_what_serving_reads(card: dict) -> None:
    kept = {
        "threshold": {"value": card["threshold"]["value"]},
        "data": {"fictional": card["data"]["fictional"]},
        "categories": card["categories"],
        "files": card["files"],
    }
    card.clear()
    card.update(kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: forget(card, "threshold", "table"),
        lambda card: forget(card, "metrics"),
        lambda card: forget(card, "calibration"),
        lambda card: forget(card, "data", "sha256"),
        lambda card: forget(card, "model"),
        lambda card: forget(card, "format"),
        keep_what_serving_reads,
    ],
    ids=[
        "no table",
        "no metrics",
        "no calibration",
        "no fingerprint",
        "no model",
        "no format",
        "nothing more",
    ],
)
def test_a_card_without_what_was_measured_serves_all_the_same(release, features, spoil):
    before = releases.load_anew(release.version)
    card = release.document(CARD)
    spoil(card)
    release.rewrite(CARD, card)

    found = releases.current()

    values = found.validator.validate(features)
    assert found.card == card != before.card
    assert found.scorecard.probability(values) == before.scorecard.probability(values)
    assert found.scorecard.explain(values) == before.scorecard.explain(values)
    assert found.threshold == before.threshold
    assert found.is_demonstration is before.is_demonstration


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: forget(card, "threshold", "table"),
        lambda card: card["threshold"].update(table=[]),
        lambda card: card["threshold"].update(table=None),
        keep_what_serving_reads,
    ],
    ids=["no table", "an empty table", "a null table", "nothing more"],
)
def test_an_override_beside_a_card_without_a_table_serves_and_has_no_sentence(
    release, settings, spoil
):
    settings.MODEL_THRESHOLD = 0.5
    assert override_in_words(releases.load_anew(release.version)) is not None
    card = release.document(CARD)
    spoil(card)
    release.rewrite(CARD, card)

    found = releases.current()

    assert override_in_words(found) is None
    assert found.threshold == 0.5
