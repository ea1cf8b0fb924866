"""`check_release` proves a release again, and opens no pickle it has not recognised."""

import dataclasses
import hashlib
import io
from pathlib import Path

import joblib
import pytest
from django.core.management import CommandError, call_command
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from attrition import bulk, pickled, proving, releases
from attrition.errors import NotAdditive, ReleaseRejected
from attrition.recipe import new_pipeline
from attrition.releases import CARD, LISTED_FILES, PIPELINE, REFERENCE, SCORECARD
from attrition.scorecard import Scorecard
from attrition.scorecard_format import scorecard_from
from tests import shipped
from tests.attrition.release_folder import ReleaseFolder

pytestmark = pytest.mark.usefixtures("english")


class Trap:
    """What runs as soon as its pickle is opened: it leaves a file behind."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self):
        return Path.touch, (self.sprung,)


class Bomb:
    """What can't be opened."""

    def __reduce__(self):
        return int, ("no number",)


def proved(version: str) -> str:
    out = io.StringIO()
    call_command("check_release", version, stdout=out)
    return out.getvalue()


def refusal(version: str) -> str:
    with pytest.raises(CommandError) as caught:
        proved(version)
    return str(caught.value)


def pickle_as_its_author(release: ReleaseFolder, thing) -> None:
    """Put another pickle into the release, with its hash in the card."""
    joblib.dump(thing, release / PIPELINE)
    card = release.document(CARD)
    digest = hashlib.sha256((release / PIPELINE).read_bytes()).hexdigest()
    card["files"][PIPELINE] = digest
    release.rewrite(CARD, card)


def rewrite_scorecard(release: ReleaseFolder, scorecard: dict) -> None:
    """Let it pass for right: hash, reference cases and card say what it now says."""
    before = releases.load_anew(release.version)
    cases = release.document(REFERENCE)
    rows = [before.validator.validate(case["features"]) for case in cases]
    release.rewrite(SCORECARD, scorecard)
    changed = scorecard_from(release.document(SCORECARD))
    for case, p in zip(cases, bulk.probabilities(changed, rows), strict=True):
        case["proba_depart"] = p
    release.rewrite(REFERENCE, cases)
    card = release.document(CARD)
    card["usual"] = {item.field: item.usual for item in changed.fields}
    release.rewrite(CARD, card)


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_what_is_shipped_is_proved(version):
    text = proved(version)

    assert "The files are those of the card, the reference cases reproduce." in text
    assert f"Release {version} is its pipeline: over 2000 hostile rows" in text


def test_a_release_that_is_not_there_is_refused_with_those_that_are():
    text = refusal("9.9.9")

    assert "There is no release '9.9.9'" in text
    assert f"There are: {', '.join(shipped.VERSIONS)}." in text


# The files


@pytest.mark.parametrize("name", [CARD, *LISTED_FILES])
def test_a_missing_file_is_named_with_the_remedy(release, name):
    (release / name).unlink()

    text = refusal(release.version)

    assert f"{release / name} is missing" in text
    assert "put the release's folder back from git or a backup" in text


@pytest.mark.parametrize("name", LISTED_FILES)
def test_a_changed_file_is_named_with_the_remedy(release, name):
    release.change_one_byte(name)

    text = refusal(release.version)

    assert f"{release / name} is not the file that {CARD} describes" in text
    assert "put the release's folder back from git or a backup" in text


def test_a_release_is_read_from_the_disk_and_not_from_memory(release):
    releases.load(release.version)
    release.change_one_byte(SCORECARD)

    assert str(release / SCORECARD) in refusal(release.version)


def test_reference_cases_that_do_not_reproduce_are_refused(release):
    cases = release.document(REFERENCE)
    cases[0]["proba_depart"] += 1e-9
    release.rewrite(REFERENCE, cases)

    assert f"{release / REFERENCE} does not reproduce" in refusal(release.version)


# The pickle


def test_a_pickle_that_the_card_does_not_describe_is_never_opened(release, tmp_path):
    sprung = tmp_path / "sprung"
    joblib.dump(Trap(sprung), release / PIPELINE)

    text = refusal(release.version)

    assert f"{release / PIPELINE} is not the file that {CARD} describes" in text
    assert not sprung.exists()
    joblib.load(release / PIPELINE)
    assert sprung.exists(), "the trap does nothing"


def test_a_pickle_that_was_swapped_after_loading_is_never_opened(release, tmp_path):
    sprung = tmp_path / "sprung"
    loaded = releases.load(release.version)
    joblib.dump(Trap(sprung), release / PIPELINE)

    with pytest.raises(ReleaseRejected, match=f"not the file that {CARD} describes"):
        pickled.open_pipeline(loaded)

    assert not sprung.exists()


def test_a_pickle_that_vanished_after_loading_is_named(release):
    loaded = releases.load(release.version)
    (release / PIPELINE).unlink()

    with pytest.raises(ReleaseRejected, match=f"{release / PIPELINE} is missing"):
        pickled.open_pipeline(loaded)


def test_a_pickle_that_breaks_while_it_opens_is_named(release):
    pickle_as_its_author(release, Bomb())

    text = refusal(release.version)

    assert f"{release / PIPELINE} can't be opened (ValueError" in text
    assert "put the release's folder back" in text


@pytest.mark.parametrize("made_with", ["1.9.0", "1.8.2", "2.0.0"])
def test_a_pickle_of_another_scikit_learn_stays_closed(release, tmp_path, made_with):
    sprung = tmp_path / "sprung"
    pickle_as_its_author(release, Trap(sprung))
    card = release.document(CARD)
    card["libraries"]["scikit-learn"] = made_with
    release.rewrite(CARD, card)

    text = refusal(release.version)

    assert f"was made with scikit-learn {made_with}, and this is" in text
    assert f"pip install scikit-learn=={made_with}" in text
    assert not sprung.exists()


@pytest.mark.parametrize(
    "forget",
    [
        lambda card: card["libraries"].update({"scikit-learn": ""}),
        lambda card: card["libraries"].pop("scikit-learn"),
        lambda card: card.pop("libraries"),
    ],
    ids=["empty", "not named", "no libraries"],
)
def test_a_pickle_of_nobody_knows_which_scikit_learn_stays_closed(
    release, tmp_path, forget
):
    sprung = tmp_path / "sprung"
    pickle_as_its_author(release, Trap(sprung))
    card = release.document(CARD)
    forget(card)
    release.rewrite(CARD, card)

    text = refusal(release.version)

    says_nothing = f"{release / CARD} does not say which scikit-learn made {PIPELINE}"
    assert says_nothing in text
    assert "put the card back from git or a backup" in text
    assert "pip install" not in text
    assert not sprung.exists()


def test_a_release_of_another_scikit_learn_scores_and_explains_all_the_same(
    release, features
):
    before = releases.load_anew(release.version)
    card = release.document(CARD)
    card["libraries"]["scikit-learn"] = "0.24.2"
    release.rewrite(CARD, card)

    loaded = releases.load(release.version)

    values = loaded.validator.validate(features)
    assert loaded.card["libraries"]["scikit-learn"] == "0.24.2"
    assert loaded.scorecard.probability(values) == before.scorecard.probability(values)
    assert loaded.scorecard.explain(values) == before.scorecard.explain(values)
    assert "scikit-learn 0.24.2" in refusal(release.version)


# The proof


def test_a_pipeline_that_is_no_sum_is_refused_with_its_step(release):
    pipeline = pickled.open_pipeline(releases.load(release.version))
    block = pipeline.named_steps["columns"].named_transformers_["numbers"]
    block.steps.insert(1, ("products", FunctionTransformer()))
    pickle_as_its_author(release, pipeline)

    text = refusal(release.version)

    assert f"{release / PIPELINE}: numbers: " in text
    assert "FunctionTransformer() → MinMaxScaler(clip=True)" in text
    assert "Let another release serve, and train this one again." in text


@pytest.mark.parametrize(
    ("thing", "named"),
    [
        (make_pipeline(FunctionTransformer()), "functiontransformer"),
        ({"weights": [1, 2]}, "not: dict"),
        (None, "not: NoneType"),
    ],
    ids=["another pipeline", "a mapping", "nothing"],
)
def test_what_is_no_such_pipeline_is_refused_by_its_kind(release, thing, named):
    pickle_as_its_author(release, thing)

    text = refusal(release.version)

    assert str(release / PIPELINE) in text
    assert named in text
    assert "Let another release serve" in text


@pytest.mark.parametrize("shift", [1e-9, 0.5, -3.0])
def test_a_scorecard_that_is_not_its_pipelines_is_refused(release, shift):
    base = release.document(SCORECARD)["base"] + shift
    rewrite_scorecard(release, release.document(SCORECARD) | {"base": base})

    text = refusal(release.version)

    assert releases.load(release.version).scorecard.base == base
    another = "not what the pipeline compiles to: base is another."
    assert f"{release / PIPELINE}: The scorecard is {another}" in text
    assert "Let another release serve, and train this one again." in text


def points_of(scorecard: dict, name: str) -> dict:
    [found] = [item for item in scorecard["fields"] if item["field"] == name]
    return found


def without_a_job(scorecard: dict) -> None:
    job = points_of(scorecard, "poste")
    job["table"] = [pair for pair in job["table"] if pair[0] != "Tech Lead"]


def without_a_mark(scorecard: dict) -> None:
    mark = points_of(scorecard, "satisfaction_employee_equipe")
    mark["table"] = [pair for pair in mark["table"] if pair[0] != 1]


def another_usual_department(scorecard: dict) -> None:
    """The same score for everybody, and other explanations."""
    department = points_of(scorecard, "departement")
    points = dict(department["table"])
    scorecard["base"] += points["Commercial"]
    department["table"] = [[v, p - points["Commercial"]] for v, p in points.items()]
    department["unseen"] -= points["Commercial"]
    department["usual"] = "Commercial"


def another_null_department(scorecard: dict) -> None:
    points_of(scorecard, "departement")["null"] = "Commercial"


def a_wider_clip(scorecard: dict) -> None:
    points_of(scorecard, "nombre_participation_pee")["clip"] = [0, 4]


def another_unseen(scorecard: dict) -> None:
    points_of(scorecard, "departement")["unseen"] += 1e-9


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (without_a_job, "poste.table"),
        (without_a_mark, "satisfaction_employee_equipe.table"),
        (another_usual_department, "base"),
        (another_null_department, "departement.null"),
        (a_wider_clip, "nombre_participation_pee.clip"),
        (another_unseen, "departement.unseen"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_whatever_is_changed_in_a_scorecard_it_is_not_its_pipelines(
    release, change, place
):
    scorecard = release.document(SCORECARD)
    change(scorecard)
    rewrite_scorecard(release, scorecard)

    text = refusal(release.version)

    assert releases.load(release.version).scorecard.base == scorecard["base"]
    assert f"{release / PIPELINE}: " in text
    assert f"not what the pipeline compiles to: {place} is another." in text
    assert "Let another release serve, and train this one again." in text


def test_another_usual_value_alone_is_not_its_pipelines(fitted):
    ours = fitted.scorecard
    other = [
        dataclasses.replace(item, usual="another") if item.field == "poste" else item
        for item in ours.fields
    ]

    with pytest.raises(NotAdditive, match=r"poste\.usual is another"):
        proving.compare(Scorecard(ours.base, tuple(other)), ours)


def test_a_pipeline_with_another_weight_is_refused(release):
    pipeline = pickled.open_pipeline(releases.load(release.version))
    pipeline.named_steps["model"].coef_[0, -1] += 1e-6
    pickle_as_its_author(release, pipeline)

    assert "not what the pipeline compiles to" in refusal(release.version)


def test_a_pipeline_of_other_people_is_refused(release, fitted):
    pickle_as_its_author(release, fitted.pipeline)

    assert_unsound(release)


def test_a_pipeline_that_reads_another_column_is_refused(release, fitted):
    recipe = fitted.recipe.using("age")
    pipeline = new_pipeline(recipe).fit(fitted.data.X, fitted.data.y)
    pickle_as_its_author(release, pipeline)

    assert "age" not in fitted.recipe.columns
    assert "age" in assert_unsound(release)


def test_a_pipeline_that_reads_a_column_less_is_refused(release, fitted):
    recipe = fitted.recipe.without("poste")
    pipeline = new_pipeline(recipe).fit(fitted.data.X, fitted.data.y)
    pickle_as_its_author(release, pipeline)

    assert_unsound(release)


def test_a_pipeline_that_was_never_fitted_is_refused(release, fitted):
    pickle_as_its_author(release, new_pipeline(fitted.recipe))

    assert_unsound(release)


@pytest.mark.parametrize(
    "change",
    [lambda weights: weights[:, :-1], lambda weights: weights.repeat(2, axis=1)],
    ids=["too few", "too many"],
)
def test_a_pipeline_of_another_number_of_weights_is_refused(release, change):
    pipeline = pickled.open_pipeline(releases.load(release.version))
    model = pipeline.named_steps["model"]
    model.coef_ = change(model.coef_)
    pickle_as_its_author(release, pipeline)

    assert_unsound(release)


@pytest.mark.parametrize(
    "weights", [None, "many", [1.0, 2.0], [[]], [[float("nan")] * 80], {}], ids=repr
)
def test_a_pipeline_of_odd_weights_is_refused(release, weights):
    pipeline = pickled.open_pipeline(releases.load(release.version))
    pipeline.named_steps["model"].coef_ = weights
    pickle_as_its_author(release, pipeline)

    assert_unsound(release)


def assert_unsound(release: ReleaseFolder) -> str:
    text = refusal(release.version)

    assert text.startswith(f"{release / PIPELINE}: ")
    assert text.endswith("Let another release serve, and train this one again.")
    return text
