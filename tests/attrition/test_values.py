"""What is accepted of each kind of field, what it becomes, and what is refused."""

import pytest

from attrition.features import BY_NAME, FIELDS
from attrition.field import Kind
from attrition.validation import LONGEST_TEXT
from tests.attrition.validating import COMPANY, of, problems_of, refusal, value_of

PAY_RISE = "augementation_salaire_precedente"
MEASURED = [f for f in FIELDS if f.low is not None and f.kind is not Kind.PERCENT]
WHOLE = [field for field in MEASURED if field.whole]
FRACTIONAL = [field for field in MEASURED if not field.whole]
BOUNDED = [f for f in FIELDS if f.low is not None and f.high is not None]
BY_ORDER = [field for field in FIELDS if field.order]
CATEGORIES = [field for field in FIELDS if field.kind is Kind.CATEGORY]
YES_NO = [field for field in FIELDS if field.kind is Kind.YES_NO]
IDENTIFIERS = [field for field in FIELDS if field.kind is Kind.IDENTIFIER]
CONSTANTS = [field for field in FIELDS if field.kind is Kind.CONSTANT]

# Numbers


@of(MEASURED)
@pytest.mark.parametrize("sent", ["2", "2.0", "", "deux", True, False], ids=repr)
def test_a_text_or_a_yes_no_is_no_number(field, sent):
    assert refusal(field, sent) == "not_a_number"


@of(BOUNDED)
def test_both_ends_of_the_range_are_accepted(field):
    assert value_of(field, field.low) == field.low
    assert value_of(field, field.high) == field.high


@of(BOUNDED)
def test_beyond_both_ends_of_the_range_is_refused(field):
    step = 1 if field.whole else 0.01

    assert refusal(field, field.low - step) == "out_of_range"
    assert refusal(field, field.high + step) == "out_of_range"


@of([field for field in MEASURED if field.high is None])
def test_a_field_without_an_upper_end_still_has_a_lower_one(field):
    assert value_of(field, 0) == 0
    assert value_of(field, 1e12) == 1e12
    assert refusal(field, -0.000001) == "below_minimum"


@of(WHOLE)
def test_a_whole_field_takes_a_float_that_is_whole(field):
    value = value_of(field, float(field.high))

    assert value == field.high
    assert type(value) is int


@of(WHOLE)
@pytest.mark.parametrize("part", [0.5, 1e-9], ids=["half", "a billionth"])
def test_a_whole_field_takes_no_fraction(field, part):
    assert refusal(field, field.low + part) == "not_whole"


@pytest.mark.parametrize(
    ("name", "sent", "outcome"),
    [
        ("age", 30.0, 30),
        ("age", 30.5, "not_whole"),
        ("niveau_education", 3.000000001, "not_whole"),
    ],
    ids=["30.0", "30.5", "3.000000001"],
)
def test_whole_means_whole(name, sent, outcome):
    field = BY_NAME[name]
    found = refusal(field, sent) if isinstance(outcome, str) else value_of(field, sent)

    assert found == outcome


@of(FRACTIONAL)
def test_a_field_that_may_have_decimals_keeps_them(field):
    assert value_of(field, 12.34) == 12.34


# The pay rise


@pytest.mark.parametrize(
    ("sent", "percent"),
    [
        ("11 %", 11),
        ("11%", 11),
        ("11", 11),
        ("11,5 %", 11.5),
        ("11.5", 11.5),
        ("11\u00a0%", 11),
        ("11\u202f%", 11),
        ("\u00a011 % ", 11),
        ("+11 %", 11),
        ("-5 %", -5),
        ("\u2212100 %", -100),
        ("0 %", 0),
        ("0,11", 0.11),
        ("0.11 %", 0.11),
        ("1", 1),
        ("300 %", 300),
        (0.11, 11),
        (0.07, 7),
        (0.999, 99.9),
        (-0.05, -5),
        (0, 0),
        (0.0, 0),
        (1, 1),
        (1.0, 1),
        (-1, -1),
        (11, 11),
        (11.5, 11.5),
        (-100, -100),
        (300, 300),
    ],
    ids=repr,
)
def test_the_pay_rise_is_percent_however_it_is_written(sent, percent):
    value = value_of(BY_NAME[PAY_RISE], sent)

    assert value == percent
    assert type(value) is float


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (301, "out_of_range"),
        (300.01, "out_of_range"),
        (-101, "out_of_range"),
        ("301 %", "out_of_range"),
        ("\u2212100,5 %", "out_of_range"),
        ("", "not_a_percentage"),
        ("%", "not_a_percentage"),
        ("onze", "not_a_percentage"),
        ("1e2", "not_a_percentage"),
        ("nan", "not_a_percentage"),
        ("11 % 12", "not_a_percentage"),
        ("11 %%", "not_a_percentage"),
        ("1,2,3", "not_a_percentage"),
        ("--5", "not_a_percentage"),
        (True, "not_a_percentage"),
        (False, "not_a_percentage"),
    ],
    ids=repr,
)
def test_what_is_no_pay_rise_is_refused(sent, code):
    assert refusal(BY_NAME[PAY_RISE], sent) == code


# Yes or no


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        (
            "genre",
            [1, 1.0, True, "M", "m", "H", "Homme", "HOMME", " homme ", "Male"],
            [0, 0.0, False, "F", "f", "Femme", "FEMME", "femme\u00a0", "Female"],
        ),
        (
            "heure_supplementaires",
            [1, 1.0, True, "Oui", "oui", "OUI", "Yes", "yEs", " oui"],
            [0, 0.0, False, "Non", "non", "NON", "No", "nO", "non "],
        ),
    ],
)
def test_yes_and_no_in_any_of_their_words_and_any_case(name, yes, no):
    field = BY_NAME[name]

    assert [value_of(field, sent) for sent in yes] == [1] * len(yes)
    assert [value_of(field, sent) for sent in no] == [0] * len(no)


@of(YES_NO)
@pytest.mark.parametrize(
    "sent", [2, -1, 0.5, "", "1", "0", "peut-être", "oui non"], ids=repr
)
def test_what_is_neither_yes_nor_no_is_refused(field, sent):
    assert refusal(field, sent) == "not_yes_no"


@pytest.mark.parametrize(
    ("name", "sent"), [("genre", "Oui"), ("heure_supplementaires", "M")]
)
def test_a_yes_no_field_does_not_take_the_words_of_another(name, sent):
    assert refusal(BY_NAME[name], sent) == "not_yes_no"


# Ordinals by name


@of(BY_ORDER)
def test_a_named_level_is_accepted_by_its_name(field):
    assert [value_of(field, name) for name in field.order] == list(field.order)


@pytest.mark.parametrize("sent", ["Frequents", "frequent", "Fréquent", "FREQUENT"])
def test_a_misspelt_level_is_refused_with_the_nearest(sent):
    [problem] = problems_of({"frequence_deplacement": sent})

    assert problem.code == "unknown_level_near"
    assert problem.params["nearest"] == "Frequent"
    assert "Frequent" in problem.message


@pytest.mark.parametrize("sent", ["zzz", "", 1, True], ids=repr)
def test_what_resembles_no_level_is_refused_with_all_of_them(sent):
    [problem] = problems_of({"frequence_deplacement": sent})

    assert problem.code == "unknown_level"
    assert "Aucun, Occasionnel, Frequent" in problem.message


# Categories


@of(CATEGORIES)
def test_without_a_release_any_short_text_is_a_category(field):
    assert value_of(field, "Sculpteur sur glace") == "Sculpteur sur glace"
    assert value_of(field, "x" * LONGEST_TEXT) == "x" * LONGEST_TEXT


@of(CATEGORIES)
@pytest.mark.parametrize(
    "sent", ["", "  ", "x" * (LONGEST_TEXT + 1), 3, True], ids=repr
)
def test_a_category_is_a_short_text(field, sent):
    assert refusal(field, sent) == "not_a_text"


@pytest.mark.parametrize("sent", ["Atelier", "Boutique"])
def test_a_category_of_the_release_is_accepted(sent):
    assert value_of(BY_NAME["departement"], sent, COMPANY) == sent


@pytest.mark.parametrize("sent", ["atelier", "Atellier", "Atelier ", "ATELIERS"])
def test_a_misspelt_category_is_refused_with_the_nearest(sent):
    [problem] = problems_of({"departement": sent, "age": 30}, COMPANY)

    assert problem.code == "unknown_category_near"
    assert problem.params == {"value": sent, "nearest": "Atelier"}


def test_an_unknown_category_is_refused_with_all_that_are_allowed(english):
    [problem] = problems_of({"departement": "Zoo", "age": 30}, COMPANY)

    assert problem.code == "unknown_category"
    assert "Atelier, Boutique" in problem.message


@pytest.mark.parametrize("sent", ["Atellier", "Zoo"], ids=["near", "far"])
def test_the_refusal_of_a_category_says_what_null_would_do(english, sent):
    [problem] = problems_of({"departement": sent, "age": 30}, COMPANY)

    assert "A missing value is replaced by the usual one" in problem.message


def test_a_category_field_that_the_release_does_not_know_takes_any_short_text():
    assert value_of(BY_NAME["statut_marital"], "Pacsé(e)", COMPANY) == "Pacsé(e)"


# Identifiers and constants


@of(IDENTIFIERS)
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("E_669", "E_669"),
        ("é" * LONGEST_TEXT, "é" * LONGEST_TEXT),
        (669, 669),
        (669.0, 669),
        (-1, -1),
        (2**64 + 1, 2**64 + 1),
    ],
    ids=["text", "longest", "whole", "whole float", "negative", "2**64+1"],
)
def test_an_identifier_is_a_short_text_or_a_whole_number(field, sent, expected):
    value = value_of(field, sent)

    assert value == expected
    assert type(value) is type(expected)


@of(IDENTIFIERS)
@pytest.mark.parametrize(
    "sent",
    ["", "x" * (LONGEST_TEXT + 1), 669.5, True, 10**LONGEST_TEXT, 1e300],
    ids=["empty", "too long", "fraction", "yes/no", "too large", "1e300"],
)
def test_anything_else_is_no_identifier(field, sent):
    assert refusal(field, sent) == "not_an_identifier"


@of(CONSTANTS)
@pytest.mark.parametrize("sent", [80, 80.5, "Y", "", True, False], ids=repr)
def test_a_constant_takes_any_short_value(field, sent):
    assert value_of(field, sent) == sent


@of(CONSTANTS)
@pytest.mark.parametrize(
    "sent", ["x" * (LONGEST_TEXT + 1), 10**LONGEST_TEXT], ids=["text", "number"]
)
def test_a_constant_is_short(field, sent):
    assert refusal(field, sent) == "not_a_scalar"
