"""A payload is checked field by field and as a whole, and every problem is told."""

import math

import pytest
from django.utils.translation import override

from attrition import features
from attrition.errors import InvalidFeatures, Problem
from attrition.features import BY_NAME, FIELDS
from attrition.field import Kind
from attrition.validation import LONGEST_TEXT, MOST_PROBLEMS, STORABLE, Validator
from tests.attrition.validating import COMPANY, of, problems_of, refusal, value_of

PAY_RISE = "augementation_salaire_precedente"
CORRECT_SPELLING = "augmentation_salaire_precedente"
HUGE = 10**400
CONSTANTS = [field for field in FIELDS if field.kind is Kind.CONSTANT]
SCORABLE_NAMES = [field.name for field in features.SCORABLE]

# Every field


@of(FIELDS)
def test_every_field_may_be_null(field):
    assert value_of(field, None) is None


@of(FIELDS)
def test_every_field_may_be_missing(field):
    everything = {other.name: other.example for other in FIELDS}
    del everything[field.name]

    values = STORABLE.validate(everything)

    assert values.keys() == BY_NAME.keys()
    assert [name for name, value in values.items() if value is None] == [field.name]


@of(FIELDS)
@pytest.mark.parametrize("sent", [[], [1], {}, {"value": 1}], ids=repr)
def test_no_field_takes_a_list_or_an_object(field, sent):
    assert refusal(field, sent)


@of(FIELDS)
@pytest.mark.parametrize("sent", [math.nan, math.inf, -math.inf], ids=str)
def test_no_field_takes_what_is_no_number(field, sent):
    assert refusal(field, sent)


@of(FIELDS)
@pytest.mark.parametrize("sent", [HUGE, -HUGE], ids=["10**400", "-10**400"])
def test_no_field_takes_a_number_that_no_float_can_hold(field, sent):
    assert refusal(field, sent)


@of(FIELDS)
def test_no_field_takes_a_nul_character(field):
    assert refusal(field, "Boutique\0")


@of(FIELDS)
def test_no_field_takes_ten_thousand_characters(field):
    assert refusal(field, "x" * 10_000)


def test_validating_leaves_the_payload_as_it_was_sent():
    payload = {CORRECT_SPELLING: "11 %", "genre": "M", "age": 30.0}

    STORABLE.validate(payload)

    assert payload == {CORRECT_SPELLING: "11 %", "genre": "M", "age": 30.0}


# Two spellings


def test_the_correct_spelling_of_the_pay_rise_is_accepted():
    values = STORABLE.validate({CORRECT_SPELLING: "11 %"})

    assert values[PAY_RISE] == 11
    assert values.keys() == BY_NAME.keys()


@pytest.mark.parametrize("other", [11, None], ids=["a value", "null"])
def test_both_spellings_at_once_are_refused(other):
    [problem] = problems_of({PAY_RISE: other, CORRECT_SPELLING: 11})

    assert (problem.field, problem.code) == (CORRECT_SPELLING, "both_spellings")
    assert PAY_RISE in problem.message


def test_both_spellings_hide_no_other_problem():
    payload = {PAY_RISE: 11, CORRECT_SPELLING: 11, "age": 5}

    found = {(problem.field, problem.code) for problem in problems_of(payload)}

    assert found == {(CORRECT_SPELLING, "both_spellings"), ("age", "out_of_range")}


# The payload as a whole


@pytest.mark.parametrize(
    ("sent", "nearest"),
    [
        ("agee", "age"),
        ("AGE", "age"),
        ("salaire_mensuel", "revenu_mensuel"),
        ("annees_sous_responsable_actuel", "annes_sous_responsable_actuel"),
        ("heures_supplementaires", "heure_supplementaires"),
        ("satisfaction_employee_team", "satisfaction_employee_equipe"),
    ],
)
def test_an_unknown_field_is_refused_with_the_nearest(sent, nearest):
    [problem] = problems_of({"age": 30, sent: 1})

    assert (problem.field, problem.code) == (sent, "unknown_field_near")
    assert problem.params == {"nearest": nearest}


def test_an_unknown_field_that_resembles_none_is_refused_all_the_same():
    [problem] = problems_of({"age": 30, "zzz": 1})

    assert (problem.field, problem.code) == ("zzz", "unknown_field")


def test_an_unknown_field_is_refused_even_when_it_is_null():
    [problem] = problems_of({"age": 30, "agee": None})

    assert problem.code == "unknown_field_near"


def test_an_endless_name_is_shortened_in_the_answer():
    [problem] = problems_of({"age": 30, "x" * 10_000: 1})

    assert len(problem.field) == LONGEST_TEXT
    assert len(problem.message) < 200


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"eval_number": "E_669", "code_sondage": 669, "employee_id_anon": "emp_1"},
        dict.fromkeys(BY_NAME),
        {field.name: field.example for field in CONSTANTS},
        {"evolution_note": 1, "ratio_experience_vie_adulte": 0.5},
        {"age": None, "eval_number": 669},
    ],
    ids=["nothing", "identifiers", "nulls", "constants", "derived", "null and id"],
)
def test_a_payload_without_a_scored_value_is_refused(payload):
    [problem] = problems_of(payload)

    assert (problem.field, problem.code) == ("features", "nothing_to_score")


def test_what_the_release_does_not_score_does_not_count_as_something_to_score():
    without_age = Validator(needed=features.TRAINING_COLUMNS)

    [problem] = problems_of({"age": 30, "genre": "M"}, without_age)

    assert problem.code == "nothing_to_score"


def test_where_nothing_is_needed_nulls_alone_are_accepted():
    values = Validator(needed=()).validate({"age": None})

    assert values == dict.fromkeys(BY_NAME)


@pytest.mark.parametrize("stored", [None, [], ["age"], "age", 30], ids=repr)
def test_what_is_no_object_holds_nothing_to_score(stored):
    [problem] = problems_of(stored)

    assert problem.code == "nothing_to_score"


@pytest.mark.parametrize("name", SCORABLE_NAMES)
def test_one_scored_value_is_enough(name):
    assert STORABLE.validate({name: BY_NAME[name].example})


def test_all_problems_are_told_at_once():
    payload = {
        "age": 5,
        "genre": "?",
        "revenu_mensuel": "3447",
        "niveau_education": 2.5,
        "frequence_deplacement": "Souvent",
        PAY_RISE: "onze",
        "poste": 3,
        "eval_number": True,
        "ayant_enfants": [],
        "agee": 30,
    }

    found = {problem.field for problem in problems_of(payload)}

    assert found == payload.keys()


def test_a_hundred_problems_are_all_told():
    problems = problems_of({f"zzz{number}": 1 for number in range(MOST_PROBLEMS)})

    assert len(problems) == MOST_PROBLEMS
    assert {problem.code for problem in problems} == {"unknown_field"}


def test_more_than_a_hundred_problems_are_cut_and_said_to_be():
    problems = problems_of({f"zzz{number}": 1 for number in range(MOST_PROBLEMS + 1)})

    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1] == Problem(
        "features", "too_many_problems", {"count": MOST_PROBLEMS}
    )
    assert str(MOST_PROBLEMS) in problems[-1].message


WRONG = {
    "not_a_number": {"age": "30"},
    "not_whole": {"age": 30.5},
    "out_of_range": {"age": 5},
    "below_minimum": {"ratio_experience_vie_adulte": -1},
    "not_a_percentage": {PAY_RISE: "onze"},
    "not_yes_no": {"genre": "?"},
    "unknown_level": {"frequence_deplacement": "zzz"},
    "unknown_level_near": {"frequence_deplacement": "Frequents"},
    "not_a_text": {"poste": 3},
    "unknown_category": {"departement": "Zoo"},
    "unknown_category_near": {"departement": "Atellier"},
    "not_an_identifier": {"eval_number": True},
    "not_a_scalar": {"ayant_enfants": []},
    "unknown_field": {"zzz": 1},
    "unknown_field_near": {"agee": 1},
    "both_spellings": {CORRECT_SPELLING: 1, PAY_RISE: 1},
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", WRONG)
def test_each_refusal_is_a_sentence_about_its_field_in_both_languages(code, language):
    with override(language):
        [problem] = problems_of(WRONG[code], COMPANY)

        assert problem.code == code
        assert next(iter(WRONG[code])) in problem.message
        assert problem.message.endswith((".", "?"))
        assert "%(" not in problem.message


@pytest.mark.parametrize(("language", "unit"), [("fr", "ans"), ("en", "years")])
def test_a_range_is_told_with_its_unit_in_the_readers_language(language, unit):
    with override(language):
        [problem] = problems_of({"age": 5})

        assert {"16", "100", f"{unit}."} <= set(problem.message.split())


def test_an_error_lists_fields_and_codes_and_holds_no_value():
    with pytest.raises(InvalidFeatures) as caught:
        STORABLE.validate({"age": 5, "genre": "secret"})

    assert str(caught.value) == "age: out_of_range, genre: not_yes_no"
