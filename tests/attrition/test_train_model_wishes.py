"""What whoever trains may decide, what they must say, and what they are told."""

import io
import json
import logging
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils.translation import override

from attrition import extracts, features, releases, startup
from attrition.errors import TrainingRefused
from attrition.field import Extract
from attrition.releases import CARD, CURRENT, SCORECARD
from attrition.tables import rows_of
from attrition.training_set import training_set
from tests import shipped
from tests.attrition.generated import CATEGORIES, generate
from tests.attrition.train_command import (
    make_quick,
    printed_and_refused,
    refusal,
    run,
)

SIRH = Extract.SIRH
VERSION = "2.0.0"
DISTANCE = "distance_domicile_travail"
NEW = ("--version", VERSION)

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    make_quick(monkeypatch)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """The extracts of 200 people, whose departments no shipped release knows."""
    return generate(200).write(tmp_path_factory.mktemp("data") / "extracts")


@pytest.fixture
def model_dir(settings, tmp_path) -> Path:
    """An installation without any release yet."""
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    settings.MODEL_DIR.mkdir()
    return settings.MODEL_DIR


@pytest.fixture
def serving(release) -> Path:
    """Where the shipped release serves."""
    return release.folder.parent


@dataclass(frozen=True)
class Beside:
    """One run of the command where a release serves, and what it said."""

    models: Path
    output: str


@pytest.fixture(scope="module")
def beside(data, shipped_releases, tmp_path_factory) -> Beside:
    models = tmp_path_factory.mktemp("beside") / "ml_artifacts"
    shutil.copytree(shipped_releases, models)
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MODEL_DIR=models),
        override("en"),
    ):
        make_quick(patch)
        return Beside(models, run(data, *NEW, "--yes"))


@pytest.fixture
def untrained(monkeypatch):
    """No model may be trained: what is refused is refused before."""

    def train(*args, **options):
        raise AssertionError("training began")

    monkeypatch.setattr("attrition.training.train", train)


def card(folder: Path) -> dict:
    return json.loads((folder / VERSION / CARD).read_text(encoding="utf-8"))


def scored(folder: Path) -> set[str]:
    document = json.loads((folder / VERSION / SCORECARD).read_text(encoding="utf-8"))
    return {item["field"] for item in document["fields"]}


def deploy_checks() -> list[checks.CheckMessage]:
    tags = [checks.Tags.security]
    return checks.run_checks(tags=tags, include_deployment_checks=True)


def at_a_terminal(monkeypatch, answer: str) -> list[str]:
    """Somebody sits there and gives this answer; returns what they are asked."""
    asked: list[str] = []

    def answered(question: str = "") -> str:
        asked.append(question)
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answered)
    return asked


# Prohibited grounds


def test_a_prohibited_ground_is_used_where_a_reason_is_given_and_said_at_start(
    data, model_dir, settings, caplog
):
    run(data, *NEW, "--allow-ground", "age", "--because", "a study of ages")

    assert card(model_dir)["allowed_grounds"]["age"]["because"] == "a study of ages"
    assert "age" in scored(model_dir)
    assert not {"genre", "statut_marital"} & scored(model_dir)
    settings.MODEL_VERSION = VERSION
    found = deploy_checks()
    [warning] = [message for message in found if message.id == "attrition.W002"]
    assert f"Release {VERSION} uses a prohibited ground" in warning.msg
    assert "L. 1132-1): Age." in warning.msg
    with caplog.at_level(logging.WARNING):
        startup.announce()
    said = [entry.getMessage() for entry in caplog.records]
    assert said == [
        f"Release {VERSION} uses a prohibited ground (Code du travail, "
        "art. L. 1132-1): Age."
    ]


def test_each_ground_has_its_own_reason(data, model_dir):
    ages = ("--allow-ground", "age", "--because", "ages")
    genders = ("--allow-ground", "genre", "--because", "genders")

    run(data, *NEW, *ages, *genders)

    allowed = card(model_dir)["allowed_grounds"]
    reasons = {name: said["because"] for name, said in allowed.items()}
    assert reasons == {"age": "ages", "genre": "genders"}


def test_a_release_without_a_ground_is_not_warned_of(release):
    found = deploy_checks()

    assert "attrition.W002" not in {message.id for message in found}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--allow-ground", "age"], "needs its own --because"),
        (
            ["--allow-ground", "age", "--allow-ground", "genre", "--because", "one"],
            "needs its own --because",
        ),
        (["--because", "nothing"], "needs its own --because"),
        (["--allow-ground", "age", "--because", ""], "reason for age is empty"),
        (["--allow-ground", "age", "--because", "  "], "reason for age is empty"),
    ],
    ids=["no reason", "one for two", "no ground", "empty", "blank"],
)
def test_a_ground_without_a_reason_of_its_own_is_refused(
    data, model_dir, untrained, options, sentence
):
    text = refusal(data, *NEW, *options)

    assert sentence in text
    assert list(model_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("departement", "departement is no prohibited ground"),
        ("ayant_enfants", "ayant_enfants is recorded and never scored."),
        ("code_sondage", "code_sondage is recorded and never scored."),
    ],
)
def test_only_a_ground_that_could_score_is_allowed(
    data, model_dir, untrained, name, sentence
):
    text = refusal(data, *NEW, "--allow-ground", name, "--because", "a study")

    assert sentence in text
    assert "Nothing was written." in text
    assert list(model_dir.iterdir()) == []


# Fields


@pytest.mark.parametrize(
    "options",
    [
        ("--leave-out", "{}"),
        ("--reason", "{}", "a text"),
        ("--allow-ground", "{}", "--because", "a study"),
    ],
    ids=["leave out", "reason", "ground"],
)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("distance_domicile", f"no such field. Did you mean {DISTANCE}?"),
        ("AGE", "AGE: no such field. Did you mean age?"),
        ("zzz", "zzz: no such field. Nothing was written."),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest_one(
    data, model_dir, untrained, options, name, sentence
):
    text = refusal(data, *NEW, *(option.format(name) for option in options))

    assert sentence in text
    assert list(model_dir.iterdir()) == []


def test_a_field_is_left_out_and_the_others_stay(data, model_dir):
    run(data, *NEW, "--leave-out", DISTANCE, "--leave-out", "poste")

    told = card(model_dir)
    assert not {DISTANCE, "poste"} & scored(model_dir)
    assert {"departement", "heure_supplementaires"} <= scored(model_dir)
    assert set(told["model"]["columns"]) == scored(model_dir)
    assert "poste" not in told["categories"]
    [row] = [row for row in told["care"] if row["field"] == DISTANCE]
    assert row["reason"]["en"] == "left out by whoever trained"


def test_a_model_of_one_field_is_written_and_serves(data, model_dir):
    others = [name for name in features.TRAINING_COLUMNS if name != DISTANCE]

    run(data, *NEW, *(word for name in others for word in ("--leave-out", name)))

    assert scored(model_dir) == {DISTANCE}
    assert releases.load(VERSION).scorecard.names == (DISTANCE,)


def test_a_column_that_holds_nothing_can_be_left_out(model_dir, tmp_path):
    tables = generate(200)
    for line in range(2, 202):
        tables.put(SIRH, line, "revenu_mensuel", "")
    folder = tables.write(tmp_path / "extracts")

    assert "--leave-out" in refusal(folder, *NEW)
    run(folder, *NEW, "--leave-out", "revenu_mensuel")

    assert "revenu_mensuel" not in scored(model_dir)


def test_a_reason_of_ones_own_stands_in_the_card(data, model_dir):
    run(data, *NEW, "--reason", DISTANCE, "agreed with the works council")

    [row] = [row for row in card(model_dir)["care"] if row["field"] == DISTANCE]
    assert row["used"]
    assert row["reason"]["en"] == "agreed with the works council"


def test_a_field_that_needs_no_reason_is_given_none(data, model_dir, untrained):
    text = refusal(data, *NEW, "--reason", "poste", "because")

    assert "poste needs no written reason." in text


def test_a_ground_is_left_out_anyway_and_need_not_be_asked_for(
    data, model_dir, untrained
):
    text = refusal(data, *NEW, "--leave-out", "age")

    assert "age is a prohibited ground: it is left out anyway." in text


def test_a_field_has_one_reason(data, model_dir, untrained):
    twice = ("--reason", DISTANCE, "one", "--reason", DISTANCE, "another")

    assert "A field has one --reason." in refusal(data, *NEW, *twice)


# What costs nothing to leave out


TEAM, BALANCE, WORK = (
    f"satisfaction_employee_{name}"
    for name in ("equipe", "equilibre_pro_perso", "nature_travail")
)


@pytest.fixture
def costless(monkeypatch) -> dict[str, float]:
    """What leaving out each field that needs care costs, as a test decides."""
    careful = [field.name for field in features.SCORABLE if field.care]
    costs = dict.fromkeys(careful, 0.01) | {TEAM: -0.002, WORK: 0.0}

    def cost_without(names, *args):
        found = {"mean": sum(costs[name] for name in names), "std": 0.1}
        return dict.fromkeys(("average_precision", "roc_auc", "brier"), found)

    monkeypatch.setattr("attrition.training._cost_without", cost_without)
    return costs


def undecided(data: Path, *options: str) -> tuple[str, str]:
    """What is printed and refused where no reason is given."""
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("train_model", "--data", str(data), *options, stdout=out)
    return out.getvalue(), str(caught.value)


@pytest.mark.parametrize("options", [NEW, ("--dry-run",)], ids=["new", "dry run"])
def test_what_costs_nothing_is_refused_after_the_measures_with_what_to_add(
    data, model_dir, costless, monkeypatch, options
):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    printed, text = undecided(data, *options)

    assert "roc_auc" in printed
    assert "threshold 0." in printed
    for name in costless:
        assert f"without {features.BY_NAME[name].label}: average precision" in text
    both = f"--leave-out {WORK} --leave-out {TEAM}\n"
    assert f"To leave these fields out, add:\n  {both}" in text
    assert f'--reason {TEAM} "…"' in text
    assert DISTANCE not in text
    assert text.endswith("Nothing was written.")
    assert list(model_dir.iterdir()) == []


def test_what_would_be_refused_next_is_named_at_once(
    data, model_dir, costless, monkeypatch
):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    def remeasured(*args):
        costless[BALANCE] = -0.001  # worth nothing once others are gone

    monkeypatch.setattr("attrition.training.remeasured", remeasured)

    _, text = undecided(data, *NEW)

    assert "Then these would cost nothing either" in text
    assert f"\n  --leave-out {BALANCE}\n" in text
    assert f'--reason {BALANCE} "…"' in text


def test_what_was_told_to_add_is_accepted(data, model_dir, costless):
    out = ("--leave-out", WORK, "--reason", TEAM, "agreed with the works council")

    call_command("train_model", "--data", str(data), *NEW, *out, stdout=io.StringIO())

    assert {WORK, TEAM} & scored(model_dir) == {TEAM}


@pytest.mark.parametrize("reason", ["", "agreed with the works council"])
def test_on_a_terminal_somebody_decides_of_each(
    data, model_dir, costless, monkeypatch, reason
):
    asked = at_a_terminal(monkeypatch, reason)

    call_command("train_model", "--data", str(data), *NEW, stdout=io.StringIO())

    assert len(asked) == 2
    assert TEAM in asked[1]
    assert ({WORK, TEAM} <= scored(model_dir)) is bool(reason)
    rows = {row["field"]: row for row in card(model_dir)["care"]}
    assert rows[TEAM]["reason"]["en"] == (reason or "left out by whoever trained")


def test_whoever_leaves_without_an_answer_writes_nothing(
    data, model_dir, costless, monkeypatch
):
    def end(question: str = "") -> str:
        raise EOFError

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", end)

    _, text = undecided(data, *NEW)

    assert text.strip() == "Nothing was written."
    assert list(model_dir.iterdir()) == []


# Seed and dry run


def test_a_seed_is_recorded_and_makes_other_folds(data, model_dir):
    run(data, *NEW)
    first = card(model_dir)
    shutil.rmtree(model_dir / VERSION)

    run(data, *NEW, "--seed", "5")

    other = card(model_dir)
    assert (first["model"]["seed"], other["model"]["seed"]) == (0, 5)
    assert first["metrics"] != other["metrics"]
    assert first["data"] == other["data"]


def test_a_dry_run_reports_all_and_writes_nothing(data, serving):
    before = sorted(path.name for path in serving.rglob("*"))

    text = run(data, *NEW, "--yes", "--dry-run")

    for said in ("roc_auc", "calibration: slope", "threshold 0.", "Beside release"):
        assert said in text
    assert text.endswith("Nothing was written.\n")
    assert "Wrote release" not in text
    assert sorted(path.name for path in serving.rglob("*")) == before


def test_a_dry_run_needs_no_version(data, model_dir):
    assert run(data, "--dry-run", *reasons()).endswith("Nothing was written.\n")
    assert list(model_dir.iterdir()) == []


def reasons() -> list[str]:
    careful = [field.name for field in features.SCORABLE if field.care]
    return [word for name in careful for word in ("--reason", name, "for a test")]


def test_a_new_release_needs_a_name(data, model_dir, untrained):
    assert "Name the new release with --version" in refusal(data)


@pytest.mark.parametrize("name", ["CURRENT", "current"])
def test_a_release_is_not_named_like_the_file_beside_it(
    data, model_dir, untrained, name
):
    text = refusal(data, "--version", name)

    assert "CURRENT is the file that says what serves" in text


@pytest.mark.parametrize(
    "option",
    [
        ("--seed", "0"),
        ("--leave-out", DISTANCE),
        ("--dry-run",),
        ("--reason", DISTANCE, "text"),
        ("--allow-ground", "age"),
        ("--because", "text"),
        ("--yes",),
        ("--fictional",),
    ],
    ids=lambda option: option[0],
)
def test_training_again_hears_no_wish(data, serving, option):
    text = refusal(data, "--reproduce", shipped.SERVES, *option)

    assert f"--reproduce trains as the release's card says: leave out {option[0]}." in (
        text
    )


# What serves


def test_columns_that_no_field_has_are_named(model_dir, tmp_path):
    tables = generate(200)
    tables.add_column(SIRH, "couleur", "bleu")

    text = run(tables.write(tmp_path / "extracts"), *NEW)

    assert "extrait_sirh.csv: left out couleur.\n" in text


def test_that_what_serves_is_broken_is_said(data, release):
    (release.folder / SCORECARD).unlink()

    text = run(data, *NEW)

    assert f"{SCORECARD} is missing" in text
    assert "nothing is compared with it" in text
    assert "Beside release" not in text


@pytest.mark.parametrize(
    ("weights", "is_said"), [({}, True), (None, False)], ids=["guessing", "better"]
)
def test_a_model_that_may_be_guessing_is_said_to_be(
    model_dir, tmp_path, weights, is_said
):
    wanted = {} if weights is None else {"weights": weights}
    folder = generate(250, **wanted).write(tmp_path / "extracts")

    text = run(folder, *NEW)

    assert ("Nothing proves that this model is better than guessing" in text) is is_said
    limits = " ".join(limit["en"] for limit in card(model_dir)["limits"])
    assert ("better than guessing" in limits) is is_said


def test_the_first_release_of_an_installation_needs_none_before(data, model_dir):
    text = run(data, *NEW)

    assert releases.load(VERSION).card["data"]["employees"] == 200
    assert "Beside release" not in text
    assert "New to release" not in text
    assert [path.name for path in model_dir.iterdir()] == [VERSION]


def test_what_serves_goes_on_serving(beside, settings):
    settings.MODEL_DIR = beside.models

    assert (beside.models / CURRENT).read_text() == f"{shipped.SERVES}\n"
    assert releases.current().version == shipped.SERVES
    assert f"echo {VERSION} > {beside.models / CURRENT}.new" in beside.output


def test_a_version_that_is_pinned_is_pointed_out(data, serving, settings):
    settings.MODEL_VERSION = "1.0.0"

    text = run(data, *NEW, "--yes")

    assert "MODEL_VERSION=1.0.0 is set and wins over that file." in text
    assert "Beside release 1.0.0" in text


@pytest.fixture
def known(serving, tmp_path) -> Path:
    """The extracts of 200 people whom the release that serves can score too."""
    categories = CATEGORIES | releases.current().categories
    return generate(200, categories=categories).write(tmp_path / "known")


def changes(data: Path, threshold: float | None = None) -> str:
    """Who would change class, one person after the other, in the report's words."""
    rows = rows_of(training_set(extracts.read(data, with_outcome=True).people).X)
    before, after = (
        [
            release.scorecard.probability(row)
            >= (threshold or release.card["threshold"]["value"])
            for row in rows
        ]
        for release in (releases.current(), releases.load(VERSION))
    )
    pairs = list(zip(before, after, strict=True))
    assert pairs.count((False, True)) != pairs.count((True, False))
    return (
        f"of these {len(rows)} people, {sum(before)} are flagged now and {sum(after)} "
        f"would be: {pairs.count((False, True))} more, "
        f"{pairs.count((True, False))} no longer\n"
    )


def test_who_would_change_class_is_counted(known):
    text = run(known, *NEW, "--yes")

    assert changes(known) in text


def test_who_would_change_class_is_counted_at_the_threshold_that_will_be_used(
    known, settings
):
    settings.MODEL_THRESHOLD = 0.1

    text = run(known, *NEW, "--yes")

    assert changes(known, threshold=0.1) in text


def test_people_whom_what_serves_can_not_score_are_counted_apart(beside):
    assert "of these 0 people" in beside.output
    assert "200 more can't be scored now" in beside.output


def test_the_measures_stand_beside_those_of_what_serves(beside):
    serves = releases.load(shipped.SERVES).card["metrics"]
    new = card(beside.models)["metrics"]

    assert f"Beside release {shipped.SERVES}, as its card has it:" in beside.output
    for name in ("average_precision", "roc_auc", "brier"):
        before, after = serves[name]["mean"], new[name]["mean"]
        assert re.search(rf"{name} +{before:.3f} → {after:.3f}\n", beside.output)


def test_the_report_says_what_the_card_says(beside):
    text, told = beside.output, card(beside.models)

    for name, found in told["metrics"].items():
        line = rf"{name} +{found['mean']:.3f} ± {found['std']:.3f}\n"
        assert re.search(line, text)
    assert f"calibration: slope {told['calibration']['slope']:.2f}, " in text
    value, count = (told["threshold"][k] for k in ("value", "of_ten_flagged_left"))
    assert f"threshold {value}: of 10 people flagged, about {count} left" in text
    for row in told["care"]:
        label = features.BY_NAME[row["field"]].label.en
        lost = -row["cost_of_leaving_out"]["average_precision"]["mean"]
        unsure = "" if row["is_told_from_nothing"] else ", not to be told from 0"
        assert f"without {label}: average precision {lost:+.3f}{unsure}\n" in text
    lost = -told["cost_of_leaving_out_all_care"]["average_precision"]["mean"]
    assert f"without all of these: average precision {lost:+.3f}" in text


# Departments and roles that are others


def counted(data: Path, name: str) -> str:
    """Each value of a field and how many people have it, in order."""
    people = extracts.read(data, with_outcome=False).people
    counts = Counter(str(person.features[name]) for person in people)
    return ", ".join(f"{value} ({counts[value]})" for value in sorted(counts))


def test_new_categories_are_listed_and_refused_where_nobody_can_be_asked(
    data, serving, untrained, monkeypatch
):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    printed, text = printed_and_refused(data, *NEW)

    for name in ("departement", "poste", "domaine_etude"):
        listed = f"New to release {shipped.SERVES}, {name}: {counted(data, name)}\n"
        assert listed in printed
    assert "pass --yes" in text
    assert text.endswith("Nothing was written.")
    assert not (serving / VERSION).exists()


@pytest.mark.parametrize("answer", ["", "n", "N", "no", "non", "yeah", " "], ids=repr)
def test_new_categories_that_are_denied_are_refused(
    data, serving, untrained, monkeypatch, answer
):
    asked = at_a_terminal(monkeypatch, answer)

    text = refusal(data, *NEW)

    assert asked == ["Are these your company's? [y/N] "]
    assert text == "Nothing was written."
    assert not (serving / VERSION).exists()


@pytest.mark.parametrize("answer", ["y", "YES ", "o", "Oui"])
def test_new_categories_that_are_confirmed_are_trained_on(
    data, serving, monkeypatch, answer
):
    at_a_terminal(monkeypatch, answer)
    trained = []

    def train(*args):
        trained.append(args)
        raise TrainingRefused("Enough seen.")

    monkeypatch.setattr("attrition.training.train", train)

    refusal(data, *NEW)

    assert len(trained) == 1


def test_new_categories_are_named_and_not_asked_about_with_yes(beside, data):
    roles = f"New to release {shipped.SERVES}, poste: {counted(data, 'poste')}\n"

    assert roles in beside.output
    assert "Atelier" in card(beside.models)["categories"]["departement"]


def test_categories_that_what_serves_knows_are_not_asked_about(
    serving, tmp_path, monkeypatch
):
    tables = generate(200)
    for name, values in releases.current().categories.items():
        extract = features.BY_NAME[name].source
        for line in range(2, 202):
            tables.put(extract, line, name, values[line % len(values)])
    asked = at_a_terminal(monkeypatch, "n")

    text = run(tables.write(tmp_path / "extracts"), *NEW)

    assert asked == []
    assert "New to release" not in text
    assert (serving / VERSION).is_dir()
