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
    ("contents", "wrong"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\xfd", "is not JSON"),
        (b'{"a": NaN}', "holds NaN, which is no number here"),
        (b'{"a": 1e999}', "holds 1e999, which is no number here"),
        (b'{"a": %s}' % (b"1" * 400), "holds 11111111111111111…, which is no number"),
        (b'{"a": "\\ud800"}', "is not JSON"),
        (b"[" * 50_000, "is nested too deep"),
        (b"[]", "is no object"),
        (b"null", "is no object"),
        (b"{}", "data is missing"),
        (b'{"format": 3}', "format is nothing that this version knows"),
        (b'{"files": 1}', "data is missing"),
    ],
    ids=lambda value: repr(value[:20]) if isinstance(value, bytes) else "",
)
def test_a_card_that_is_no_card_is_rejected_for_what_is_wrong(release, contents, wrong):
    (release / CARD).write_bytes(contents)

    text = rejection()

    assert f"{release / CARD} can't be used ({wrong}" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize("key", ["data", "threshold", "categories", "files"])
@pytest.mark.parametrize(
    ("instead", "wrong"),
    [(None, "is missing"), ("text", "is no object")],
    ids=["missing", "of another kind"],
)
def test_a_card_without_what_serving_reads_is_rejected(release, key, instead, wrong):
    card = release.document(CARD)
    card[key] = instead
    if instead is None:
        del card[key]
    release.rewrite(CARD, card)

    text = rejection()

    assert f"{release / CARD} can't be used ({key} {wrong})" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda card: card.update(format=3), "format is nothing that this version"),
        (lambda card: card.update(format=True), "format is no whole number"),
        (lambda card: card.update(metrics=None), "metrics is no object"),
        (lambda card: card["metrics"]["brier"].pop("mean"), "metrics.brier.mean is mi"),
        (lambda card: card.update(libraries=None), "libraries is no object"),
        (lambda card: card["threshold"].update(table=[1]), "threshold.table.0 is no o"),
        (lambda card: card["threshold"].update(table="x"), "threshold.table is no li"),
        (
            lambda card: card["threshold"]["table"][3].pop("threshold"),
            "threshold.table.3.threshold is missing",
        ),
        (
            lambda card: card["threshold"]["table"].reverse(),
            "threshold has rows whose thresholds do not rise",
        ),
        (
            lambda card: card["threshold"]["table"][3].pop("false_alarms"),
            "threshold has rows that do not hold the same",
        ),
        (
            lambda card: card["categories"].update(poste=[1]),
            "categories.poste.0 is no text",
        ),
        (lambda card: card["model"].pop("seed"), "model needs transform, seed and"),
        (lambda card: card.update(purpose={"fr": "x"}), "purpose is no text, nor one"),
        (lambda card: card.update(trained_on="yesterday"), "trained_on is no day"),
    ],
    ids=[
        "a later format",
        "a format of another kind",
        "no measures",
        "a measure without its mean",
        "no libraries",
        "a number for a row",
        "a text for rows",
        "a row of no threshold",
        "falling thresholds",
        "rows that differ",
        "a category that is a number",
        "half a recipe",
        "half a text",
        "another date",
    ],
)
def test_a_card_whose_heading_is_malformed_is_rejected_with_the_heading(
    release, settings, change, wrong
):
    settings.MODEL_THRESHOLD = 0.5
    card = release.document(CARD)
    change(card)
    release.rewrite(CARD, card)

    text = rejection()

    assert f"{release / CARD} can't be used ({wrong}" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        (lambda card: card["usual"].update(age=1), None),
        (lambda card: card["usual"].update(revenu_mensuel=1), "usual.revenu_mensuel"),
        (
            lambda card: card["ranges"].update(revenu_mensuel=[0, 1e9]),
            "ranges.revenu_mensuel",
        ),
        (lambda card: card["model"]["columns"].pop(), "model.columns"),
        (lambda card: card["categories"]["poste"].pop(), "categories.poste"),
        (lambda card: card["categories"].pop("poste"), "categories.poste"),
    ],
    ids=["no field", "usual", "range", "columns", "a category less", "no categories"],
)
def test_a_card_that_says_something_else_than_the_scorecard_is_rejected(
    release, change, heading
):
    card = release.document(CARD)
    change(card)
    release.rewrite(CARD, card)

    if heading is None:
        assert releases.current().card == card
        return
    text = rejection()
    assert f"{release / CARD} contradicts {SCORECARD} under {heading}: put" in text


def test_a_file_that_may_not_be_read_is_said_to_be_there(release):
    (release / SCORECARD).unlink()
    (release / SCORECARD).mkdir()

    text = rejection()

    assert f"{release / SCORECARD} can't be read (Is a directory): let who" in text
    assert "is missing" not in text


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


def item_of(scorecard: dict, name: str) -> dict:
    [found] = [item for item in scorecard["fields"] if item["field"] == name]
    return found


@pytest.mark.parametrize(
    ("name", "changes", "wrong"),
    [
        ("revenu_mensuel", {"high": 1e308}, "high is too high"),
        ("revenu_mensuel", {"high": 2_000_000}, "high is nothing that this field can"),
        ("revenu_mensuel", {"low": -1}, "low is nothing that this field can be"),
        ("revenu_mensuel", {"low": 30_000}, "low is nothing that this field can be"),
        ("revenu_mensuel", {"usual": 100}, "usual is nothing that this field can be"),
        ("revenu_mensuel", {"null": None}, "null is no number"),
        ("revenu_mensuel", {"weight": "x"}, "weight is no number"),
        ("revenu_mensuel", {"extra": 1}, "extra is nothing that this version knows"),
        ("nombre_participation_pee", {"clip": None}, "clip is missing"),
        ("nombre_participation_pee", {"clip": [3, 0]}, "clip is nothing that this"),
        ("departement", {"clip": [0, 3]}, "clip is nothing that this field can be"),
        ("departement", {"unseen": None}, "unseen is no number"),
        ("departement", {"unseen": "x"}, "unseen is no number"),
        ("departement", {"unseen": {}}, "unseen is no number"),
        ("departement", {"usual": []}, "usual is neither a number nor a text"),
        ("departement", {"usual": "Commercial"}, "usual has points, and a usual"),
        ("departement", {"null": 3}, "null is nothing that this field can be"),
        ("departement", {"table": [[1, 0.0]]}, "table.0 is nothing that this field"),
        ("niveau_education", {"table": [[9, 0.0]]}, "table.0 is nothing that this"),
        ("niveau_education", {"usual": {}}, "usual is neither a number nor a text"),
    ],
)
def test_points_of_what_a_field_can_not_be_are_rejected_with_their_place(
    release, name, changes, wrong
):
    scorecard = release.document(SCORECARD)
    item_of(scorecard, name).update(changes)
    release.rewrite(SCORECARD, scorecard)

    text = rejection()

    place = [item["field"] for item in scorecard["fields"]].index(name)
    assert f"{release / SCORECARD} can't be used (fields.{place}.{wrong}" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize(
    "change",
    [lambda fields: fields.reverse(), lambda fields: fields.append(fields[-1])],
    ids=["another order", "a field twice"],
)
def test_fields_stand_in_the_tables_order_and_once(release, change):
    scorecard = release.document(SCORECARD)
    change(scorecard["fields"])
    release.rewrite(SCORECARD, scorecard)

    assert f"{release / SCORECARD} can't be used (fields do not follow" in rejection()


def test_a_release_that_scores_nothing_is_rejected(release):
    release.rewrite(SCORECARD, release.document(SCORECARD) | {"fields": []})
    release.rewrite(FEATURES, [])

    text = rejection()

    assert f"{release / SCORECARD} can't be used (fields has too few entries)" in text


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

    text = rejection()

    assert (
        f"{release / name} can't be used (holds NaN, which is no number here)" in text
    )
    assert "put the release's folder back" in text


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
