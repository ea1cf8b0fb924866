"""A card says what a model is for and what was measured of it, or there is none."""

import dataclasses
import json

import pytest
from django.utils.translation import override

from attrition import card_texts, evaluation, features, model_card, releases, training
from attrition.card_format import REQUIRED
from attrition.errors import TrainingRefused
from attrition.evaluation import Evaluation
from attrition.field import Text
from attrition.model_card import check_headings
from attrition.recipe import RECIPE_VERSION
from attrition.training import Trained, Wishes
from attrition.training_set import TrainingSet, fingerprint
from tests import shipped
from tests.attrition.generated import generate, training_data
from tests.attrition.train_command import make_quick, refusal

DISTANCE, ENVIRONMENT, TEAM, BALANCE = (
    "distance_domicile_travail",
    "satisfaction_employee_environnement",
    "satisfaction_employee_equipe",
    "satisfaction_employee_equilibre_pro_perso",
)
COURSES = "nb_formations_suivies"
CAREFUL = {field.name for field in features.SCORABLE if field.care}
PROSE = ("purpose", "oversight", "horizon", "measured")

pytestmark = pytest.mark.usefixtures("english")


def decided(wishes: Wishes) -> Wishes:
    """The wishes, with a reason for each field that needs care and has none in them."""
    careful = [field.name for field in features.SCORABLE if field.care]
    reasons = {name: "for a test" for name in careful if name not in wishes.left_out}
    return dataclasses.replace(wishes, reasons=reasons | dict(wishes.reasons))


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    """People who all like their team as much, with at most three courses each."""
    found = training_data(500, blanks=0.02)
    X = found.X.assign(**{TEAM: 3.0, COURSES: found.X[COURSES] % 4})
    return dataclasses.replace(found, X=X)


def train(data: TrainingSet, wishes: Wishes) -> Trained:
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        return training.train(data, decided(wishes))


@pytest.fixture(scope="module")
def trained(data) -> Trained:
    return train(data, Wishes())


@pytest.fixture(scope="module")
def as_wished(data) -> tuple[Trained, Wishes]:
    """With two prohibited grounds, and without one field that needs care."""
    wishes = Wishes(
        left_out=(BALANCE,),
        allowed_grounds={"age": "the works council agreed", "genre": "a study"},
        seed=3,
    )
    return train(data, wishes), wishes


def card_of(trained: Trained, data: TrainingSet, wishes=None, fictional=False) -> dict:
    return model_card.model_card(trained, data, wishes or Wishes(), fictional=fictional)


@pytest.fixture
def card(trained, data) -> dict:
    return card_of(trained, data)


@pytest.fixture
def wished_card(as_wished, data) -> dict:
    return card_of(as_wished[0], data, as_wished[1])


def care_of(card: dict, name: str) -> dict:
    [row] = [row for row in card["care"] if row["field"] == name]
    return row


def limits_of(card: dict) -> list[str]:
    return [limit["en"] for limit in card["limits"]]


# Headings


@pytest.mark.parametrize("heading", REQUIRED)
def test_a_required_heading_says_something(card, heading):
    assert card[heading]


@pytest.mark.parametrize("heading", REQUIRED)
@pytest.mark.parametrize("nothing", [None, "", {}, []], ids=repr)
def test_a_required_heading_that_says_nothing_is_refused(card, heading, nothing):
    with pytest.raises(TrainingRefused, match=f"says nothing under: {heading}\\."):
        check_headings(card | {heading: nothing})


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda card: card.update(purpose={"fr": "", "en": " "}), "purpose"),
        (lambda card: card["purpose"].update(en=""), "purpose.en"),
        (lambda card: card["limits"][1].update(fr=""), "limits.1.fr"),
        (lambda card: card["care"][0].update(reason=""), "care.0.reason"),
        (lambda card: card.update(metrics={"brier": {}}), "metrics"),
        (lambda card: card.update(fairness={"genre": []}), "fairness"),
    ],
    ids=["no text", "one language", "a limit", "a reason", "no measure", "no group"],
)
def test_an_empty_text_is_refused_however_deep_it_stands(card, change, place):
    card = json.loads(json.dumps(card))
    change(card)

    with pytest.raises(TrainingRefused, match=f"says nothing under: {place}\\."):
        check_headings(card)


@pytest.mark.parametrize("heading", ["categories", "ranges"])
def test_a_model_without_fields_of_a_kind_has_an_empty_heading_for_them(card, heading):
    check_headings(card | {heading: {}, "usual": {"heure_supplementaires": 0}})


def test_the_card_of_the_release_that_is_shipped_says_something_everywhere():
    check_headings(releases.load(shipped.SERVES).card)


def test_missing_headings_are_named_together(card):
    del card["purpose"], card["fairness"]

    with pytest.raises(TrainingRefused, match="under: purpose, fairness\\."):
        check_headings(card)


def test_no_card_is_made_without_a_required_heading(trained, data, monkeypatch):
    monkeypatch.setattr(model_card, "by_group", lambda *args: {})

    with pytest.raises(TrainingRefused, match="fairness"):
        card_of(trained, data)


def test_no_release_is_written_without_a_required_heading(
    settings, tmp_path, monkeypatch
):
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    make_quick(monkeypatch)
    monkeypatch.setattr(model_card, "by_group", lambda *args: {})
    folder = generate(200).write(tmp_path / "extracts")

    text = refusal(folder, "--version", "2.0.0")

    assert "fairness" in text
    assert "Nothing was written." in text
    assert not settings.MODEL_DIR.exists()


@pytest.mark.parametrize("heading", PROSE)
def test_words_are_in_both_languages(card, heading):
    assert card[heading].keys() == {"fr", "en"}
    assert card[heading]["fr"] != card[heading]["en"]
    assert all(text.strip() for text in card[heading].values())


def test_every_other_text_is_in_both_languages_too(card):
    texts = [
        *card["limits"],
        card["threshold"]["rule"],
        *card["excluded_grounds"].values(),
        *(row[name] for row in card["care"] for name in ("care", "reason")),
    ]

    for text in texts:
        assert text.keys() == {"fr", "en"}
        assert text["fr"].strip()
        assert text["en"].strip()


@pytest.mark.parametrize(
    "text",
    [item for item in vars(card_texts).values() if isinstance(item, Text)],
    ids=lambda text: text.en[:20],
)
def test_every_standard_text_is_written_in_both_languages(text):
    assert text.fr.strip()
    assert text.en.strip()
    assert text.fr != text.en


def test_a_card_does_not_depend_on_the_trainers_language(trained, data, card):
    with override("fr"):
        assert card_of(trained, data) == card


def test_a_card_is_json_without_a_nan(card):
    text = json.dumps(card, allow_nan=False)

    assert json.loads(text)["data"] == card["data"]


# What was trained and measured


def test_the_people_are_counted_and_fingerprinted(card, data):
    assert card["data"] == {
        "employees": 500,
        "left": int(data.y.sum()),
        "sha256": fingerprint(data),
        "fictional": False,
    }


def test_the_fingerprint_knows_one_outcome_from_another(data):
    y = data.y.copy()
    y[7] = 1 - y[7]

    assert fingerprint(dataclasses.replace(data, y=y)) != fingerprint(data)


def test_the_recipe_is_told_whole(card, trained):
    recipe = trained.model.recipe

    told = card["model"]

    assert told["recipe"] == RECIPE_VERSION
    assert told["columns"] == list(recipe.columns)
    assert told["clipped"][COURSES] == [0, 3]
    assert told["clipped"]["niveau_education"] == [1, 5]
    assert set(told["clipped"]) <= set(told["columns"])
    assert (told["transform"], told["C"]) == ("sqrt", 0.2)
    assert told["seed"] == 0
    assert 0 <= told["largest_difference_from_pipeline"] <= 1e-12


def test_the_folds_are_told_with_what_they_chose(trained, data):
    made = trained.model.recipe
    recipes = [
        dataclasses.replace(made, transform=transform, strength=strength)
        for transform, strength in [("sqrt", 0.2), ("none", 0.1), ("sqrt", 0.2)]
    ]
    measured = dataclasses.replace(trained.evaluation, recipes=recipes)

    told = card_of(dataclasses.replace(trained, evaluation=measured), data)["model"]

    assert told["folds"] == {"n_splits": 5, "n_repeats": 6, "random_state": 0}
    assert told["chosen_in_folds"] == [
        {"transform": "none", "C": 0.1, "folds": 1},
        {"transform": "sqrt", "C": 0.2, "folds": 2},
    ]


def test_what_is_measured_is_measured_out_of_fold(card, trained, data):
    measured: Evaluation = trained.evaluation

    assert card["metrics"] == measured.metrics
    assert card["calibration"] == evaluation.calibration(data.y, measured.by_repeat)
    flagged = {row["threshold"]: row["flagged"] for row in card["threshold"]["table"]}
    threshold = card["threshold"]["value"]
    assert flagged[threshold] == pytest.approx((measured.by_repeat >= threshold).mean())


def test_the_threshold_flags_as_many_people_as_left(card):
    rate = card["calibration"]["base_rate"]
    off = {r["threshold"]: abs(r["flagged"] - rate) for r in card["threshold"]["table"]}

    assert off[card["threshold"]["value"]] == min(off.values())
    [row] = [
        row
        for row in card["threshold"]["table"]
        if row["threshold"] == card["threshold"]["value"]
    ]
    assert card["threshold"]["of_ten_flagged_left"] == round(10 * row["precision"])


def test_groups_are_measured_at_that_threshold(card, trained, data):
    threshold = card["threshold"]["value"]

    for row in card["fairness"]["genre"]:
        who = (data.X["genre"] == row["group"]).to_numpy()
        share = (trained.evaluation.by_repeat[:, who] >= threshold).mean()
        assert row["count"] == who.sum()
        assert row["flagged"] == pytest.approx(share, abs=1e-6)


def test_no_group_of_fewer_than_ten_people_shows(trained, data):
    genders = [0.0] * 9 + [1.0] * 491
    ages = [25.0] * 12 + [35.0] * 3 + [45.0] * 485
    X = data.X.assign(genre=genders, age=ages)

    fairness = card_of(trained, dataclasses.replace(data, X=X))["fairness"]

    # With nine hidden alone, the total less the others would show them.
    assert "genre" not in fairness
    assert [row["group"] for row in fairness["age"]] == [(40, 49)]


def test_the_seed_decides_the_intervals(trained, data, card):
    other = card_of(trained, data, Wishes(seed=1))

    assert other["fairness"] != card["fairness"]
    assert other["threshold"]["table"] != card["threshold"]["table"]
    assert other["threshold"]["value"] == card["threshold"]["value"]


def test_the_usual_value_of_every_field_that_scores_is_told(card, trained):
    assert card["usual"].keys() == set(trained.model.recipe.columns)
    assert card["usual"].keys() == set(trained.model.scorecard.names)


def test_what_training_has_seen_is_told_of_all_people(card, data):
    assert card["reference"].keys() == {field.name for field in features.SCORABLE}
    for name, (low, high) in card["ranges"].items():
        assert (low, high) == (data.X[name].min(), data.X[name].max())
    for name, values in card["categories"].items():
        assert values == sorted(data.X[name].dropna().unique())


# Fields that need care


def test_every_field_that_needs_care_is_told(card):
    assert {row["field"] for row in card["care"]} == CAREFUL
    assert all(row["care"]["en"] for row in card["care"])


@pytest.mark.parametrize("name", [DISTANCE, ENVIRONMENT])
def test_a_used_field_that_needs_care_has_its_cost_and_its_reason(card, trained, name):
    row = care_of(card, name)

    assert row["used"]
    assert name in trained.model.recipe.columns
    assert row["cost_of_leaving_out"] == trained.costs[name]
    assert row["cost_of_leaving_out"]["average_precision"]["mean"] > 0
    reason = features.BY_NAME[name].reason
    assert row["reason"]["en"] == reason.en
    assert row["reason"]["fr"] == reason.fr


def test_french_stands_as_it_is_printed(card):
    french = card["oversight"]["fr"]

    assert "art.\u00a022)\u00a0: une" in french
    assert "«\u00a0±\u00a0»" in card["measured"]["fr"]
    assert "\u00a0" not in card["oversight"]["en"]


def test_a_reason_of_ones_own_replaces_the_standard_one(trained, data):
    card = card_of(trained, data, Wishes(reasons={DISTANCE: "agreed on 3 March"}))

    own = care_of(card, DISTANCE)["reason"]
    assert own == {"fr": "agreed on 3 March", "en": "agreed on 3 March"}
    assert care_of(card, ENVIRONMENT)["reason"]["en"].startswith("Premises")


def test_a_field_that_costs_nothing_to_leave_out_is_for_a_person_to_decide(data):
    wishes = Wishes(reasons=dict.fromkeys(CAREFUL - {TEAM}, "kept"))

    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        trained = training.train(data, wishes)

    assert training.undecided(trained, wishes) == [TEAM]
    assert training.undecided(trained, decided(wishes)) == []


def test_what_would_be_undecided_in_its_turn_is_found_at_once(data, trained):
    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        now = training.undecided(trained, Wishes())
        following = training.undecided_next(data, trained, Wishes(), now)
        left = Wishes(left_out=(*now, *following))
        again = training.train(data, left)

    assert TEAM in now
    assert not {*now} & {*following}
    assert training.undecided(again, left) == []


def test_a_costless_field_that_is_kept_shows_that_it_costs_nothing(trained, data):
    row = care_of(card_of(trained, data, decided(Wishes())), TEAM)

    assert row["used"]
    assert row["cost_of_leaving_out"]["average_precision"]["mean"] <= 0
    assert row["reason"]["en"] == "for a test"
    assert not row["is_standard_reason"]


def test_a_field_that_the_trainer_left_out_is_told_so(wished_card):
    row = care_of(wished_card, BALANCE)

    assert not row["used"]
    assert row["cost_of_leaving_out"] is None
    assert row["reason"]["en"] == "left out by whoever trained"


# Prohibited grounds


def test_without_a_wish_every_ground_is_excluded_and_named(card):
    assert card["excluded_grounds"].keys() == set(features.GROUNDS)
    assert card["excluded_grounds"]["genre"] == {"fr": "sexe", "en": "sex"}
    assert card["allowed_grounds"] == {}
    assert not set(features.GROUNDS) & set(card["model"]["columns"])
    assert card_texts.PROXIES.en in limits_of(card)
    assert card_texts.GROUNDS_USED.en not in limits_of(card)


def test_an_allowed_ground_is_told_with_its_reason(wished_card):
    assert wished_card["allowed_grounds"] == {
        "age": {
            "ground": {"fr": "âge", "en": "age"},
            "because": "the works council agreed",
        },
        "genre": {"ground": {"fr": "sexe", "en": "sex"}, "because": "a study"},
    }
    excluded = wished_card["excluded_grounds"].keys()
    assert excluded == {"statut_marital", "ayant_enfants"}
    assert {"age", "genre"} <= set(wished_card["model"]["columns"])
    assert {"age", "genre"} <= wished_card["usual"].keys()


def test_the_limits_warn_of_a_ground_that_is_used(wished_card):
    assert card_texts.GROUNDS_USED.en in limits_of(wished_card)
    assert card_texts.PROXIES.en not in limits_of(wished_card)


def test_what_using_the_excluded_grounds_would_cost_is_measured(card, trained):
    cost = card["cost_of_using_excluded_grounds"]

    assert cost == trained.grounds_cost
    assert cost.keys() == evaluation.MEASURES.keys()


def test_where_no_ground_has_a_value_its_cost_is_unknown(data, trained, monkeypatch):
    make_quick(monkeypatch)
    empty = dict.fromkeys(("age", "genre", "statut_marital"))
    X = data.X.assign(**empty).astype(data.X.dtypes)

    cost = training._grounds_cost(
        dataclasses.replace(data, X=X),
        trained.model.recipe,
        trained.evaluation,
        evaluation.untracked,
    )

    assert cost is None


@pytest.mark.parametrize("fictional", [True, False])
def test_fictional_data_are_a_limit(trained, data, fictional):
    card = card_of(trained, data, fictional=fictional)

    assert (card_texts.FICTIONAL.en in limits_of(card)) is fictional
    assert card["data"]["fictional"] is fictional


def test_a_seed_is_told(wished_card):
    assert wished_card["model"]["seed"] == 3
    assert wished_card["model"]["folds"]["random_state"] == 3


def test_where_probabilities_are_off_by_more_than_chance_is_a_limit():
    def group(mean: float, left: float, low: float, high: float) -> dict:
        figures = {"mean_probability": mean, "left": left}
        return {"count": 115, "left_interval": [low, high]} | figures

    calibration = {
        "base_rate": 0.16,
        "bins": [
            group(0.01, 0.02, 0.0, 0.06),
            group(0.15, 0.06, 0.03, 0.12),
            group(0.21, 0.10, 0.05, 0.16),
            group(0.36, 0.37, 0.29, 0.46),
            group(0.62, 0.76, 0.68, 0.83),
        ],
    }
    metrics = {
        "average_precision": {"mean": 0.66, "std": 0.06},
        "roc_auc": {"mean": 0.84, "std": 0.03},
    }

    [limit] = model_card.measured_limits(metrics, calibration)

    assert limit.en.endswith(
        "by more than chance: where it says 15 to 21 %, 8 % left (230 people; 2.3 "
        "times too high), where it says 62 %, 76 % left (115 people; 1.2 times too "
        "low)."
    )
    assert "(230 personnes\u00a0; 2,3 fois trop haut)" in limit.fr


def test_what_is_calibrated_and_better_than_guessing_has_no_such_limit():
    group = {"count": 115, "mean_probability": 0.1, "left": 0.1}
    bins = [group | {"left_interval": [0.05, 0.15]}]
    good = {"mean": 0.8, "std": 0.03}
    metrics = {"average_precision": good, "roc_auc": good}

    found = model_card.measured_limits(metrics, {"base_rate": 0.1, "bins": bins})

    assert found == []


def test_the_cost_of_all_fields_that_need_care_together_is_told(card, trained):
    together = card["cost_of_leaving_out_all_care"]

    assert together == trained.care_cost
    alone = [row["cost_of_leaving_out"] for row in card["care"]]
    assert together["average_precision"]["mean"] > max(
        cost["average_precision"]["mean"] for cost in alone
    )


def test_a_model_of_one_field_is_trained_and_told():
    one = Wishes(
        left_out=tuple(n for n in features.TRAINING_COLUMNS if n != ENVIRONMENT)
    )
    data = training_data(300)

    with pytest.MonkeyPatch.context() as patch:
        make_quick(patch)
        trained = training.train(data, one)

    card = card_of(trained, data, one)
    assert trained.model.scorecard.names == (ENVIRONMENT,)
    assert card["cost_of_leaving_out_all_care"] is None
    assert care_of(card, ENVIRONMENT)["cost_of_leaving_out"] is None
