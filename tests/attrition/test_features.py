"""The table of HR fields holds what the design says of each."""

import pytest
from django.utils.translation import override

from attrition import features
from attrition.features import BY_NAME, FIELDS, merged
from attrition.field import Extract, Kind
from attrition.validation import STORABLE

YEARS = (0, 80, True)
COUNT = (0, 100, True)
FOUR = (1, 4, True)
FIVE = (1, 5, True)

RANGES = {
    "age": (16, 100, True),
    "revenu_mensuel": (0, 1_000_000, False),
    "annee_experience_totale": YEARS,
    "annees_dans_l_entreprise": YEARS,
    "annees_dans_le_poste_actuel": YEARS,
    "annees_depuis_la_derniere_promotion": YEARS,
    "annes_sous_responsable_actuel": YEARS,
    "nombre_experiences_precedentes": COUNT,
    "nombre_participation_pee": COUNT,
    "nb_formations_suivies": (0, 1_000, True),
    "distance_domicile_travail": (0, 20_000, False),
    "augementation_salaire_precedente": (-100, 300, False),
    "satisfaction_employee_environnement": FOUR,
    "satisfaction_employee_nature_travail": FOUR,
    "satisfaction_employee_equipe": FOUR,
    "satisfaction_employee_equilibre_pro_perso": FOUR,
    "note_evaluation_precedente": FOUR,
    "note_evaluation_actuelle": FOUR,
    "niveau_hierarchique_poste": FIVE,
    "niveau_education": FIVE,
    "changement_poste": (0, 1, True),
    "evolution_note": (-3, 3, True),
    "proba_chgt_experience_par_an": (0, None, False),
    "proba_chgt_experience_par_an_adulte": (0, None, False),
    "ratio_experience_vie_adulte": (0, None, False),
}
KINDS = {
    Kind.NUMBER: [
        "age",
        "revenu_mensuel",
        "nombre_experiences_precedentes",
        "annee_experience_totale",
        "annees_dans_l_entreprise",
        "annees_dans_le_poste_actuel",
        "nombre_participation_pee",
        "nb_formations_suivies",
        "distance_domicile_travail",
        "annees_depuis_la_derniere_promotion",
        "annes_sous_responsable_actuel",
    ],
    Kind.PERCENT: ["augementation_salaire_precedente"],
    Kind.ORDINAL: [
        "satisfaction_employee_environnement",
        "note_evaluation_precedente",
        "niveau_hierarchique_poste",
        "satisfaction_employee_nature_travail",
        "satisfaction_employee_equipe",
        "satisfaction_employee_equilibre_pro_perso",
        "note_evaluation_actuelle",
        "niveau_education",
        "frequence_deplacement",
    ],
    Kind.CATEGORY: ["statut_marital", "departement", "poste", "domaine_etude"],
    Kind.YES_NO: ["genre", "heure_supplementaires"],
    Kind.DERIVED: [
        "changement_poste",
        "proba_chgt_experience_par_an",
        "proba_chgt_experience_par_an_adulte",
        "ratio_experience_vie_adulte",
        "evolution_note",
    ],
    Kind.IDENTIFIER: [
        "eval_number",
        "eval_number_int",
        "code_sondage",
        "employee_id_anon",
    ],
    Kind.CONSTANT: [
        "nombre_heures_travailless",
        "nombre_employee_sous_responsabilite",
        "ayant_enfants",
    ],
}
GROUNDS = {"age", "genre", "statut_marital", "ayant_enfants"}

by_name = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_each_kind_has_the_fields_of_the_design(kind):
    names = {field.name for field in FIELDS if field.kind is kind}

    assert names >= set(KINDS[kind])


@pytest.mark.parametrize("name", RANGES)
def test_ranges_and_whole_numbers_are_those_of_the_design(name):
    field = BY_NAME[name]

    assert (field.low, field.high, field.whole) == RANGES[name]


def test_travel_is_an_order_and_not_an_alphabet():
    travel = BY_NAME["frequence_deplacement"]

    assert travel.choices == ("Aucun", "Occasionnel", "Frequent")


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("niveau_education", (1, 2, 3, 4, 5)),
        ("heure_supplementaires", (0, 1)),
        ("poste", ()),
        ("age", ()),
    ],
    ids=["mark", "yes/no", "category", "number"],
)
def test_choices_are_the_values_that_the_table_itself_knows(name, choices):
    assert BY_NAME[name].choices == choices


def test_no_two_rows_share_a_name():
    assert len(BY_NAME) == len(FIELDS)


def test_the_prohibited_grounds_are_marked():
    assert {field.name for field in FIELDS if field.ground} == GROUNDS


def test_no_training_column_is_a_prohibited_ground():
    assert not GROUNDS & set(features.TRAINING_COLUMNS)


def test_training_uses_every_other_field_that_may_be_scored():
    scored = [*KINDS[Kind.NUMBER], *KINDS[Kind.ORDINAL], *KINDS[Kind.CATEGORY]]
    scored += [*KINDS[Kind.PERCENT], *KINDS[Kind.YES_NO]]

    assert set(features.TRAINING_COLUMNS) >= set(scored) - GROUNDS


def test_training_columns_stand_in_the_order_of_the_table():
    order = [field.name for field in FIELDS if field.name in features.TRAINING_COLUMNS]

    assert list(features.TRAINING_COLUMNS) == order


def test_derived_fields_identifiers_and_constants_are_never_scored():
    never = KINDS[Kind.DERIVED] + KINDS[Kind.IDENTIFIER] + KINDS[Kind.CONSTANT]

    assert not {field.name for field in features.SCORABLE} & set(never)


def test_identifiers_are_listed_so_that_a_persons_rows_are_found():
    assert set(features.IDENTIFIERS) >= set(KINDS[Kind.IDENTIFIER])


def test_every_scorable_field_comes_from_one_of_the_extracts():
    carried = [field for extract in Extract for field in features.of_extract(extract)]

    assert set(carried) >= set(features.SCORABLE)
    assert len(carried) == len(set(carried))


def test_the_table_knows_every_field_of_the_seeds_request(features):
    assert features.keys() <= BY_NAME.keys()


@by_name
def test_each_label_speaks_both_languages(field):
    with override("fr"):
        french = str(field.label)
    with override("en"):
        english = str(field.label)

    assert (french, english) == (field.label.fr, field.label.en)
    assert french
    assert english


@by_name
def test_help_unit_and_ground_are_there_in_both_languages_or_in_none(field):
    texts = [text for text in (field.help, field.unit, field.ground) if text]

    assert all(bool(text.fr) == bool(text.en) for text in texts)


@by_name
def test_each_example_is_valid(field):
    STORABLE.validate({"nb_formations_suivies": 2, field.name: field.example})


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("age", "Âge", "Age"),
        ("heure_supplementaires", "Heures supplémentaires", "Overtime"),
        ("annees_dans_l_entreprise", "Ancienneté dans l'entreprise", None),
        ("augementation_salaire_precedente", None, "Last pay rise"),
    ],
)
def test_labels_are_words_that_hr_uses(name, french, english):
    label = BY_NAME[name].label

    assert french in (None, label.fr)
    assert english in (None, label.en)


@pytest.mark.parametrize(
    ("name", "value", "french", "english"),
    [
        ("revenu_mensuel", 5993, "5\xa0993\xa0€ par mois", "5,993\xa0€ a month"),
        ("revenu_mensuel", 93.5, "93,50\xa0€ par mois", "93.50\xa0€ a month"),
        ("age", 30.0, "30\xa0ans", "30\xa0years"),
        ("augementation_salaire_precedente", 11.5, "11,5\xa0%", "11.5%"),
        ("heure_supplementaires", 1, "Oui", "Yes"),
        ("heure_supplementaires", 0, "Non", "No"),
        ("genre", 0, "Femme", "Woman"),
        ("niveau_education", 3, "3", "3"),
        ("poste", "Vendeur", "Vendeur", "Vendeur"),
        ("age", None, "–", "–"),
    ],
)
def test_values_read_as_a_person_says_them(name, value, french, english):
    with override("fr"):
        assert BY_NAME[name].in_words(value) == french
    with override("en"):
        assert BY_NAME[name].in_words(value) == english


@pytest.mark.parametrize(
    ("name", "value", "french", "english"),
    [
        ("age", 0, "0\xa0an", "0\xa0years"),
        ("age", 1, "1\xa0an", "1\xa0year"),
        ("age", 1.5, "1,5\xa0an", "1.5\xa0years"),
        ("age", 2, "2\xa0ans", "2\xa0years"),
        ("annees_dans_l_entreprise", 1, "1\xa0an", "1\xa0year"),
        ("revenu_mensuel", 0, "0\xa0€ par mois", "0\xa0€ a month"),
        ("revenu_mensuel", 1, "1\xa0€ par mois", "1\xa0€ a month"),
        ("revenu_mensuel", 1.5, "1,50\xa0€ par mois", "1.50\xa0€ a month"),
        ("revenu_mensuel", 2, "2\xa0€ par mois", "2\xa0€ a month"),
    ],
)
def test_a_unit_is_singular_where_the_language_says_so(name, value, french, english):
    with override("fr"):
        assert BY_NAME[name].in_words(value) == french
    with override("en"):
        assert BY_NAME[name].in_words(value) == english


def test_the_pay_rise_has_a_second_spelling():
    assert features.SPELLINGS == {
        "augmentation_salaire_precedente": "augementation_salaire_precedente"
    }


@pytest.mark.parametrize(
    ("stored", "changes", "expected"),
    [
        ({"age": 30}, {"poste": "Vendeur"}, {"age": 30, "poste": "Vendeur"}),
        ({"age": 30}, {"age": 31}, {"age": 31}),
        ({"age": 30}, {"age": None}, {"age": None}),
        (
            {"augementation_salaire_precedente": 1},
            {"augmentation_salaire_precedente": 2},
            {"augmentation_salaire_precedente": 2},
        ),
        (
            {"augmentation_salaire_precedente": 1},
            {"augementation_salaire_precedente": 2},
            {"augementation_salaire_precedente": 2},
        ),
        (
            {"augementation_salaire_precedente": 1},
            {"age": 30},
            {"augementation_salaire_precedente": 1, "age": 30},
        ),
    ],
    ids=["added", "replaced", "taken away", "respelt", "respelt back", "untouched"],
)
def test_a_change_replaces_what_was_stored_in_either_spelling(
    stored, changes, expected
):
    before = dict(stored)

    assert merged(stored, changes) == expected
    assert stored == before
