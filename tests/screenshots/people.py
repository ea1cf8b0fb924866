"""Invented employees: the eight of the demonstration, and variations on them."""

import random
from collections.abc import Iterator
from typing import Any

from attrition.features import FIELDS
from attrition.models import Employee

COUNT = 48
OF_NO_DEPARTMENT = range(678, 718, 8)  # five of them, forgotten in the extracts
MOODS = [f"satisfaction_employee_{of}" for of in ("environnement", "equipe")]


def invent(chance: random.Random) -> None:
    models = list(Employee.objects.order_by("pk"))
    for place in range(COUNT):
        number = models[-1].pk + 1 + place
        features = _variation(models[place % len(models)].features, number, chance)
        if number in OF_NO_DEPARTMENT:
            del features["departement"]
        Employee.objects.create(employee_id=number, features=features)


def _variation(usual: dict[str, Any], number: int, chance: random.Random):
    derived = {field.name for field in FIELDS if field.source is None}
    kept = {name: value for name, value in usual.items() if name not in derived}
    years = chance.randint(0, 12)
    return kept | {
        "age": chance.randint(22, 58),
        "genre": number % 2,
        "revenu_mensuel": round(usual["revenu_mensuel"] * chance.uniform(0.7, 1.3)),
        "annees_dans_l_entreprise": years,
        "annees_dans_le_poste_actuel": chance.randint(0, years),
        "distance_domicile_travail": chance.randint(1, 29),
        "heure_supplementaires": int(chance.random() < 0.3),
        "eval_number": f"E_{number}",
        "code_sondage": number,
    }


def change_some(chance: random.Random) -> None:
    """A new week: six people have other answers to the survey, or other hours."""
    for person in chance.sample(list(Employee.objects.order_by("pk")), 6):
        person.features |= dict(_changes(chance))
        person.save()


def _changes(chance: random.Random) -> Iterator[tuple[str, int]]:
    for name in MOODS:
        yield name, chance.randint(1, 4)
    yield "heure_supplementaires", int(chance.random() < 0.4)
