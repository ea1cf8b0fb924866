"""THE table of HR fields: one row a field, and everything else is derived from it.

Request validation, the OpenAPI schema, the training columns, the admin's form and the
words of an explanation all read this table. To add a field, add its row here; nothing
else names fields one by one. Names are the HR extracts' own, misspellings included.
"""

from collections.abc import Mapping
from typing import Any

from attrition.field import Extract, Field, Kind, Text

NUMBER, PERCENT, ORDINAL, CATEGORY, YES_NO, DERIVED, IDENTIFIER, CONSTANT = Kind
SIRH, EVAL, SONDAGE = Extract

# What several rows share.
YEARS: dict[str, Any] = {
    "low": 0,
    "high": 80,
    "whole": True,
    "unit": Text("ans", "years"),
    "singular": Text("an", "year"),
}
COUNT: dict[str, Any] = {"low": 0, "high": 100, "whole": True}


def _satisfaction(changeable_fr: str, changeable_en: str) -> dict[str, Any]:
    """A mark of the survey: what an employer can change where it is low."""
    return {
        "low": 1,
        "high": 4,
        "whole": True,
        "help": Text("de 1 (basse) à 4 (très haute)", "from 1 (low) to 4 (very high)"),
        "actionable": True,
        "survey": True,
        "care": Text(
            "réponse à une enquête, donnée de bonne foi",
            "an answer to a survey, given in good faith",
        ),
        "reason": Text(
            f"{changeable_fr} : là, un employeur peut agir pour qu'une personne "
            "reste. Condition : elle a su, avant de répondre, à quoi servirait sa "
            "réponse (RGPD, art. 13) ; sinon, entraîner sans ce champ.",
            f"{changeable_en}: there an employer can act to make somebody stay. "
            "Condition: people knew before they answered what their answer would serve "
            "(GDPR, article 13); otherwise, train without this field.",
        ),
    }


MARK: dict[str, Any] = {
    "low": 1,
    "high": 4,
    "whole": True,
    "help": Text("de 1 (insuffisante) à 4 (excellente)", "from 1 (poor) to 4 (best)"),
}
LEVEL: dict[str, Any] = {
    "low": 1,
    "high": 5,
    "whole": True,
    "help": Text("de 1 (le plus bas) à 5", "from 1 (lowest) to 5"),
}
FAMILY = Text("situation de famille", "family situation")

FIELDS: tuple[Field, ...] = (
    Field(
        "age",
        NUMBER,
        SIRH,
        Text("Âge", "Age"),
        21,
        low=16,
        high=100,
        whole=True,
        unit=Text("ans", "years"),
        singular=Text("an", "year"),
        ground=Text("âge", "age"),
    ),
    Field(
        "genre",
        YES_NO,
        SIRH,
        Text("Genre", "Gender"),
        1,
        help=Text("M ou F (1 : homme, 0 : femme)", "M or F (1: man, 0: woman)"),
        zero=("f", "femme", "female"),
        one=("m", "h", "homme", "male"),
        answers=(Text("Femme", "Woman"), Text("Homme", "Man")),
        ground=Text("sexe", "sex"),
    ),
    Field(
        "revenu_mensuel",
        NUMBER,
        SIRH,
        Text("Revenu mensuel", "Monthly pay"),
        3447,
        low=0,
        high=1_000_000,
        unit=Text("€ par mois", "€ a month"),
        help=Text("mensuel, jamais annuel", "monthly, never annual"),
        actionable=True,
    ),
    Field(
        "statut_marital",
        CATEGORY,
        SIRH,
        Text("Statut marital", "Marital status"),
        "Célibataire",
        ground=FAMILY,
    ),
    Field(
        "departement", CATEGORY, SIRH, Text("Département", "Department"), "Commercial"
    ),
    Field("poste", CATEGORY, SIRH, Text("Poste", "Role"), "Représentant Commercial"),
    Field(
        "nombre_experiences_precedentes",
        NUMBER,
        SIRH,
        Text("Expériences précédentes", "Previous employers"),
        1,
        **COUNT,
    ),
    Field(
        "nombre_heures_travailless",
        CONSTANT,
        SIRH,
        Text("Heures travaillées", "Hours worked"),
        80,
    ),
    Field(
        "annee_experience_totale",
        NUMBER,
        SIRH,
        Text("Expérience totale", "Total experience"),
        3,
        **YEARS,
    ),
    Field(
        "annees_dans_l_entreprise",
        NUMBER,
        SIRH,
        Text("Ancienneté dans l'entreprise", "Time in the company"),
        3,
        **YEARS,
    ),
    Field(
        "annees_dans_le_poste_actuel",
        NUMBER,
        SIRH,
        Text("Ancienneté dans le poste", "Time in the present role"),
        2,
        **YEARS,
    ),
    Field(
        "satisfaction_employee_environnement",
        ORDINAL,
        EVAL,
        Text("Satisfaction : environnement", "Satisfaction: environment"),
        3,
        **_satisfaction(
            "Locaux, bruit et outils se changent",
            "Premises, noise and tools can be changed",
        ),
    ),
    Field(
        "note_evaluation_precedente",
        ORDINAL,
        EVAL,
        Text("Note de l'évaluation précédente", "Previous yearly mark"),
        3,
        **MARK,
    ),
    Field(
        "niveau_hierarchique_poste",
        ORDINAL,
        EVAL,
        Text("Niveau hiérarchique", "Job level"),
        1,
        **LEVEL,
        actionable=True,
    ),
    Field(
        "satisfaction_employee_nature_travail",
        ORDINAL,
        EVAL,
        Text("Satisfaction : nature du travail", "Satisfaction: the work itself"),
        3,
        **_satisfaction(
            "Le contenu du poste se revoit avec la personne",
            "What a role holds can be reviewed with the person",
        ),
    ),
    Field(
        "satisfaction_employee_equipe",
        ORDINAL,
        EVAL,
        Text("Satisfaction : équipe", "Satisfaction: team"),
        3,
        **_satisfaction(
            "Une équipe en difficulté s'accompagne",
            "A team in trouble can be helped",
        ),
    ),
    Field(
        "satisfaction_employee_equilibre_pro_perso",
        ORDINAL,
        EVAL,
        Text("Satisfaction : équilibre pro/perso", "Satisfaction: work-life balance"),
        3,
        **_satisfaction(
            "Horaires et charge de travail s'aménagent",
            "Hours and workload can be arranged",
        ),
    ),
    Field(
        "eval_number",
        IDENTIFIER,
        EVAL,
        Text("Numéro d'évaluation", "Evaluation number"),
        "E_669",
    ),
    Field(
        "note_evaluation_actuelle",
        ORDINAL,
        EVAL,
        Text("Note de l'évaluation actuelle", "Present yearly mark"),
        3,
        **MARK,
    ),
    Field(
        "heure_supplementaires",
        YES_NO,
        EVAL,
        Text("Heures supplémentaires", "Overtime"),
        0,
        help=Text("Oui ou Non (1 ou 0)", "Yes or No (1 or 0)"),
        zero=("non", "no"),
        one=("oui", "yes"),
        answers=(Text("Non", "No"), Text("Oui", "Yes")),
        actionable=True,
    ),
    Field(
        "augementation_salaire_precedente",
        PERCENT,
        EVAL,
        Text("Dernière augmentation de salaire", "Last pay rise"),
        "11 %",
        low=-100,
        high=300,
        unit=Text("%", "%"),
        help=Text(
            "écrire 11, et non 0,11, pour onze pour cent",
            "write 11, not 0.11, for eleven percent",
        ),
        spelling="augmentation_salaire_precedente",
        actionable=True,
    ),
    Field(
        "eval_number_int",
        IDENTIFIER,
        None,
        Text("Numéro d'évaluation (entier)", "Evaluation number (whole)"),
        669,
    ),
    Field(
        "nombre_participation_pee",
        NUMBER,
        SONDAGE,
        Text("Participations au plan d'épargne (PEE)", "Savings plan contributions"),
        0,
        **COUNT,
        actionable=True,
    ),
    Field(
        "nb_formations_suivies",
        NUMBER,
        SONDAGE,
        Text("Formations suivies", "Training courses followed"),
        2,
        low=0,
        high=1_000,
        whole=True,
        actionable=True,
    ),
    Field(
        "nombre_employee_sous_responsabilite",
        CONSTANT,
        SONDAGE,
        Text("Employés sous sa responsabilité", "Employees managed"),
        1,
    ),
    Field(
        "code_sondage", IDENTIFIER, SONDAGE, Text("Code du sondage", "Survey code"), 669
    ),
    Field(
        "distance_domicile_travail",
        NUMBER,
        SONDAGE,
        Text("Distance domicile-travail", "Distance from home"),
        22,
        low=0,
        high=20_000,
        unit=Text("km", "km"),
        care=Text(
            "indice du lieu de résidence, un motif prohibé",
            "a proxy for the place of residence, a prohibited ground",
        ),
        reason=Text(
            "Seule la longueur du trajet est utilisée, jamais l'adresse : c'est une "
            "condition de travail, que l'employeur peut alléger (télétravail, "
            "horaires, transport). À retirer si elle se met à désigner un quartier.",
            "Only the length of the journey is used, never the address: it is a "
            "condition of work that an employer can ease (remote days, hours, "
            "transport). To be left out if it comes to stand for a neighbourhood.",
        ),
    ),
    Field(
        "niveau_education",
        ORDINAL,
        SONDAGE,
        Text("Niveau d'éducation", "Education level"),
        1,
        **LEVEL,
    ),
    Field(
        "domaine_etude",
        CATEGORY,
        SONDAGE,
        Text("Domaine d'étude", "Field of study"),
        "Entrepreunariat",
    ),
    Field(
        "ayant_enfants",
        CONSTANT,
        SONDAGE,
        Text("Ayant des enfants", "Has children"),
        "Y",
        ground=FAMILY,
    ),
    Field(
        "frequence_deplacement",
        ORDINAL,
        SONDAGE,
        Text("Fréquence des déplacements", "Business travel"),
        "Occasionnel",
        order=("Aucun", "Occasionnel", "Frequent"),
        actionable=True,
    ),
    Field(
        "annees_depuis_la_derniere_promotion",
        NUMBER,
        SONDAGE,
        Text("Temps depuis la dernière promotion", "Time since the last promotion"),
        1,
        **YEARS,
    ),
    Field(
        "annes_sous_responsable_actuel",
        NUMBER,
        SONDAGE,
        Text("Temps sous le responsable actuel", "Time under the present manager"),
        2,
        **YEARS,
    ),
    Field(
        "employee_id_anon",
        IDENTIFIER,
        None,
        Text("Pseudonyme", "Pseudonym"),
        "emp_c8b594649875c70a",
    ),
    Field(
        "changement_poste",
        DERIVED,
        None,
        Text("A changé de poste", "Has changed role"),
        1,
        low=0,
        high=1,
        whole=True,
    ),
    Field(
        "proba_chgt_experience_par_an",
        DERIVED,
        None,
        Text("Changements par année d'expérience", "Changes per year of experience"),
        0.3333333333,
        low=0,
    ),
    Field(
        "proba_chgt_experience_par_an_adulte",
        DERIVED,
        None,
        Text("Changements par année adulte", "Changes per adult year"),
        0.3333333333,
        low=0,
    ),
    Field(
        "ratio_experience_vie_adulte",
        DERIVED,
        None,
        Text(
            "Part d'expérience dans la vie adulte", "Share of adult life spent working"
        ),
        1.0,
        low=0,
    ),
    Field(
        "evolution_note",
        DERIVED,
        None,
        Text("Évolution de la note", "Change of the yearly mark"),
        0,
        low=-3,
        high=3,
        whole=True,
    ),
)

BY_NAME = {field.name: field for field in FIELDS}
SPELLINGS = {field.spelling: field.name for field in FIELDS if field.spelling}
SCORABLE = tuple(field for field in FIELDS if field.is_scorable)
GROUNDS = tuple(field.name for field in FIELDS if field.ground is not None)
TRAINING_COLUMNS = tuple(field.name for field in SCORABLE if field.ground is None)
"""What a model may use without further ado: no prohibited ground."""
IDENTIFIERS = tuple(field.name for field in FIELDS if field.kind is IDENTIFIER)


def merged(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`stored` with `changes` over it; of two spellings, that of the change stays."""
    found = dict(stored)
    for spelling, name in SPELLINGS.items():
        if spelling in changes:
            found.pop(name, None)
        if name in changes:
            found.pop(spelling, None)
    return found | dict(changes)


def of_extract(extract: Extract) -> tuple[Field, ...]:
    """The fields that one CSV extract carries, in the table's order."""
    return tuple(field for field in FIELDS if field.source is extract)
