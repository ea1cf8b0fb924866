"""`train_model` writes a whole release or nothing, and never changes what serves."""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pytest
from django.test import override_settings
from django.utils.translation import override

from attrition import evaluation, extracts, features, release_writer, releases, training
from attrition.extract_file import TARGET
from attrition.field import Extract
from attrition.releases import CARD, CURRENT, FEATURES, PIPELINE, REFERENCE, SCORECARD
from attrition.tables import rows_of
from attrition.training_set import TrainingSet, fingerprint, training_set
from tests.attrition.generated import WEIGHTS, generate
from tests.attrition.release_folder import ReleaseFolder
from tests.attrition.train_command import (
    DECIDED,
    MEANINGLESS,
    make_quick,
    refusal,
    run,
)

SIRH, EVAL, SONDAGE = Extract
VERSION = "2.0.0"
GROUNDS = {"age", "genre", "statut_marital", "ayant_enfants"}

pytestmark = pytest.mark.usefixtures("english")


@dataclass(frozen=True)
class Training:
    """One run of the command: on which extracts, into which folder, what it said."""

    data: Path
    models: Path
    output: str

    @property
    def folder(self) -> Path:
        return self.models / VERSION

    def document(self, name: str):
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Training:
    """A release of 700 invented people, trained once for the whole file."""
    home = tmp_path_factory.mktemp("trained")
    data = generate(700, blanks=0.02).write(home / "extracts")
    models = home / "ml_artifacts"
    models.mkdir()
    (models / CURRENT).write_text("1.0.0\n")
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MODEL_DIR=models),
        override("en"),
    ):
        patch.setattr(evaluation, "REPEATS", 1)
        output = run(data, "--version", VERSION, "--fictional", *DECIDED)
    return Training(data, models, output)


@pytest.fixture
def model_dir(settings, tmp_path) -> Path:
    """An empty place for releases."""
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    settings.MODEL_DIR.mkdir()
    return settings.MODEL_DIR


@pytest.fixture
def quick(monkeypatch):
    """No test with it looks at the measures."""
    make_quick(monkeypatch)


@pytest.fixture
def few(tmp_path) -> Path:
    """The extracts of few people, where no test looks at the model."""
    return generate(200).write(tmp_path / "few")


@pytest.fixture(scope="module")
def people(trained) -> TrainingSet:
    return training_set(extracts.read(trained.data, with_outcome=True).people)


# What is written


def test_a_release_is_five_files(trained):
    names = {path.name for path in trained.folder.iterdir()}

    assert names == {PIPELINE, SCORECARD, FEATURES, REFERENCE, CARD}


def test_nothing_else_is_left_behind(trained):
    assert {path.name for path in trained.models.iterdir()} == {CURRENT, VERSION}


def test_what_serves_is_not_changed(trained):
    assert (trained.models / CURRENT).read_text() == "1.0.0\n"
    current = trained.models / CURRENT
    command = f"echo {VERSION} > {current}.new && mv {current}.new {current}"
    assert f"after a restart: {command}\n" in trained.output


def test_the_new_release_loads_and_proves_itself(trained, settings):
    settings.MODEL_DIR = trained.models

    release = releases.load(VERSION)

    assert release.is_demonstration
    assert WEIGHTS.keys() <= set(release.scorecard.names)


def test_the_card_holds_the_hash_of_every_other_file(trained):
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in trained.folder.iterdir()
        if path.name != CARD
    }

    assert trained.document(CARD)["files"] == hashes


def test_the_card_counts_the_people_and_fingerprints_them(trained, people):
    data = trained.document(CARD)["data"]

    assert data["employees"] == 700
    assert data["left"] == people.y.sum() >= 50
    assert data["sha256"] == fingerprint(people)
    assert data["fictional"] is True


def test_the_card_says_what_was_measured(trained):
    card = trained.document(CARD)

    assert card["metrics"].keys() == {"average_precision", "roc_auc", "brier"}
    assert all(0 < m["mean"] < 1 and m["std"] > 0 for m in card["metrics"].values())
    assert card["metrics"]["roc_auc"]["mean"] > 0.65
    rate = card["data"]["left"] / card["data"]["employees"]
    off = {r["threshold"]: abs(r["flagged"] - rate) for r in card["threshold"]["table"]}
    assert off[card["threshold"]["value"]] == min(off.values())
    assert card["calibration"]["base_rate"] == pytest.approx(rate)
    assert card["calibration"]["mean_probability"] == pytest.approx(rate, abs=0.02)


def test_the_card_knows_the_categories_and_the_ranges_that_were_seen(trained, people):
    card = trained.document(CARD)

    assert card["categories"].keys() == {"departement", "poste", "domaine_etude"}
    for name, values in card["categories"].items():
        assert values == sorted(people.X[name].dropna().unique())
    for name, (low, high) in card["ranges"].items():
        assert (low, high) == (people.X[name].min(), people.X[name].max())


def test_the_release_uses_no_prohibited_ground(trained):
    scored = {item["field"] for item in trained.document(SCORECARD)["fields"]}
    pipeline = joblib.load(trained.folder / PIPELINE)

    assert not GROUNDS & scored
    assert not GROUNDS & set(trained.document(FEATURES))
    assert not GROUNDS & set(pipeline.feature_names_in_)
    assert trained.document(CARD)["excluded_grounds"].keys() == GROUNDS


def test_the_expected_features_are_the_training_columns_in_order(trained):
    assert trained.document(FEATURES) == [
        name for name in features.TRAINING_COLUMNS if name not in MEANINGLESS
    ]


def test_the_scorecard_is_the_pickled_pipeline_on_every_row(trained, settings, people):
    settings.MODEL_DIR = trained.models
    pipeline = joblib.load(trained.folder / PIPELINE)
    scorecard = releases.load(VERSION).scorecard
    X = people.X[list(scorecard.names)]
    rows = rows_of(people.X)

    probabilities = [scorecard.probability(row) for row in rows]
    logits = [
        scorecard.base + sum(c.points for c in scorecard.explain(row)) for row in rows
    ]

    expected = pipeline.predict_proba(X)[:, 1]
    assert np.abs(expected - probabilities).max() <= 1e-12
    assert np.abs(pipeline.decision_function(X) - logits).max() <= 1e-9


def test_no_reference_case_is_anybodys_row(trained, people):
    rows = [set(row.items()) for row in rows_of(people.X)]

    cases = trained.document(REFERENCE)

    # The others hold two values, which are those of many.
    mixtures = [case["features"] for case in cases if len(case["features"]) > 2]
    assert len(mixtures) == release_writer.MIXTURES
    for features_sent in mixtures:
        assert not any(set(features_sent.items()) <= row for row in rows)


@pytest.mark.parametrize("name", WEIGHTS)
def test_the_model_finds_what_makes_invented_people_leave(trained, settings, name):
    settings.MODEL_DIR = trained.models
    scorecard = releases.load(VERSION).scorecard
    field = features.BY_NAME[name]
    low, high = (field.choices or (0, 10))[0], (field.choices or (0, 10))[-1]

    effect = scorecard.logit({name: high}) - scorecard.logit({name: low})

    assert np.sign(effect) == np.sign(WEIGHTS[name])
    assert abs(effect) > 0.5


def test_progress_and_measures_are_printed(trained):
    assert "700 employees" in trained.output
    for measure in ("average_precision", "roc_auc", "brier"):
        assert measure in trained.output
    assert f"Wrote release {VERSION}" in trained.output


# What is refused


def test_an_existing_release_is_refused_and_stays_as_it_is(trained, settings):
    settings.MODEL_DIR = trained.models
    before = {path.name: path.read_bytes() for path in trained.folder.iterdir()}

    text = refusal(trained.data, "--version", VERSION)

    assert str(trained.folder) in text
    assert "choose another version" in text
    after = {path.name: path.read_bytes() for path in trained.folder.iterdir()}
    assert after == before


@pytest.mark.parametrize(
    "version",
    ["", " ", ".", "..", "../x", "a/b", ".hidden", "-x", "a b", "é", "x" * 33, "1\n"],
    ids=repr,
)
def test_a_bad_version_name_is_refused_before_anything_is_read(model_dir, version):
    text = refusal(model_dir / "no extracts", f"--version={version}")

    assert "letters, digits, dots and dashes" in text
    assert list(model_dir.iterdir()) == []


def test_fewer_than_fifty_leavers_are_refused(model_dir, tmp_path):
    tables = generate(120)
    for line in range(2, 122):
        tables.put(SONDAGE, line, TARGET, "Oui" if line < 51 else "Non")

    text = refusal(tables.write(tmp_path / "extracts"), "--version", VERSION)

    assert "49 of 120 people left" in text
    assert "50" in text
    assert "Nothing was written." in text
    assert list(model_dir.iterdir()) == []


def test_fewer_than_fifty_who_stayed_are_refused(model_dir, tmp_path):
    tables = generate(120)
    for line in range(2, 122):
        tables.put(SONDAGE, line, TARGET, "Non" if line < 51 else "Oui")

    assert "71 of 120" in refusal(tables.write(tmp_path / "x"), "--version", VERSION)


def test_fifty_leavers_are_enough(model_dir, tmp_path, quick):
    tables = generate(120)
    for line in range(2, 122):
        tables.put(SONDAGE, line, TARGET, "Oui" if line < 52 else "Non")

    run(tables.write(tmp_path / "extracts"), "--version", VERSION, *DECIDED)

    assert releases.load(VERSION).card["data"]["left"] == 50


def test_bad_extracts_are_refused_and_nothing_is_written(model_dir, tmp_path):
    tables = generate(120)
    tables.put(EVAL, 9, "niveau_hierarchique_poste", "9")
    tables.put(SONDAGE, 7, TARGET, "?")

    text = refusal(tables.write(tmp_path / "extracts"), "--version", VERSION)

    assert text.split("\n") == [
        "extrait_eval.csv:9: niveau_hierarchique_poste must be from 1 to 5.",
        f"extrait_sondage.csv:7: {TARGET} must be Oui or Non.",
        "Nothing was written.",
    ]
    assert list(model_dir.iterdir()) == []


def test_missing_extracts_are_refused_and_nothing_is_written(model_dir, tmp_path):
    text = refusal(tmp_path / "nowhere", "--version", VERSION)

    for extract in Extract:
        assert f"extrait_{extract}.csv" in text
    assert list(model_dir.iterdir()) == []


def test_a_column_without_any_value_is_refused_by_its_name(model_dir, tmp_path):
    tables = generate(200)
    for line in range(2, 202):
        tables.put(SIRH, line, "revenu_mensuel", "")

    text = refusal(tables.write(tmp_path / "extracts"), "--version", VERSION)

    assert "revenu_mensuel" in text
    assert list(model_dir.iterdir()) == []


@pytest.mark.parametrize("shift", [1e-9, math.nan], ids=["a little", "no number"])
def test_a_scorecard_that_is_off_its_pipeline_is_refused(
    model_dir, few, monkeypatch, quick, shift
):
    compile_scorecard = training.compile_scorecard

    def slightly_off(pipeline):
        scorecard = compile_scorecard(pipeline)
        scorecard.base += shift
        return scorecard

    monkeypatch.setattr(training, "compile_scorecard", slightly_off)

    text = refusal(few, "--version", VERSION, *DECIDED)

    assert "off the pipeline" in text
    assert "Nothing was written." in text
    assert list(model_dir.iterdir()) == []


def test_a_failure_half_way_leaves_no_half_written_release(
    model_dir, few, monkeypatch, quick
):
    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(release_writer, "_reference_cases", full_disk)

    text = refusal(few, "--version", VERSION, *DECIDED)

    assert "No space" in text
    assert list(model_dir.iterdir()) == []


def test_a_release_and_a_comparison_are_not_made_at_once(model_dir):
    text = refusal(model_dir, "--version", VERSION, "--reproduce", VERSION)

    assert "not allowed with" in text


# Training again


def test_the_same_data_reproduce_the_release(trained, settings):
    settings.MODEL_DIR = trained.models

    text = run(trained.data, "--reproduce", VERSION)

    assert f"Largest difference from {VERSION}: " in text
    assert float(text.split(f"{VERSION}: ")[1].split(",")[0]) <= 1e-9
    assert {path.name for path in trained.models.iterdir()} == {CURRENT, VERSION}


def test_another_model_of_the_same_data_does_not_reproduce_it(trained, settings, quick):
    settings.MODEL_DIR = trained.models

    text = refusal(trained.data, "--reproduce", VERSION)

    assert f"Largest difference from {VERSION}: " in text
    assert "does not reproduce" in text


def test_other_data_are_not_those_of_the_release(trained, settings, tmp_path):
    settings.MODEL_DIR = trained.models
    other = generate(700, blanks=0.02)
    line = next(n for n in range(2, 702) if other.lines[SONDAGE][n - 1][-1] == "Non")
    other.put(SONDAGE, line, TARGET, "Oui")

    text = refusal(other.write(tmp_path / "extracts"), "--reproduce", VERSION)

    assert "their fingerprint is another" in text


@pytest.mark.parametrize("version", ["9.9.9", ""], ids=repr)
def test_a_release_that_is_not_there_can_not_be_reproduced(trained, settings, version):
    settings.MODEL_DIR = trained.models

    text = refusal(trained.data, f"--reproduce={version}")

    assert "There is no release" in text
    assert VERSION in text


@pytest.mark.parametrize(
    ("heading", "name"), [("data", "sha256"), ("model", "columns")]
)
def test_a_release_whose_card_does_not_say_how_can_not_be_reproduced(
    trained, settings, tmp_path, heading, name
):
    settings.MODEL_DIR = shutil.copytree(trained.models, tmp_path / "models")
    release = ReleaseFolder(settings.MODEL_DIR / VERSION)
    card = release.document(CARD)
    del card[heading][name]
    release.rewrite(CARD, card)

    text = refusal(trained.data, "--reproduce", VERSION)

    assert f"The card of that release says nothing under: {heading}.{name}." in text


def test_a_release_of_an_older_recipe_is_not_reproduced_but_explained(trained):
    text = refusal(trained.data, "--reproduce", "1.0.0")

    assert "recipe 1, this version trains recipe 3" in text
    assert "check out the version that made it" in text
    assert "Nothing was written." in text
