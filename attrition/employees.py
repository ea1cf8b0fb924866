"""Stores people as HR describes them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from attrition.extracts import Person
from attrition.features import IDENTIFIERS
from attrition.models import Employee
from attrition.validation import Categories

BATCH = 500  # rows a statement: SQLite takes few parameters at once


@dataclass(frozen=True)
class Imported:
    """How many people an import touched."""

    inserted: int
    updated: int
    unchanged: int


def unscorable(people: Sequence[Person], known: Categories) -> dict[str, Counter[str]]:
    """By field, the categories that are not `known`, each with how many people."""
    found: dict[str, Counter[str]] = {}
    for name, values in known.items():
        used = Counter(str(p.features[name]) for p in people if name in p.features)
        if strange := used.keys() - set(values):
            found[name] = Counter({value: used[value] for value in sorted(strange)})
    return found


@transaction.atomic
def store(people: Sequence[Person], *, dry_run: bool = False) -> Imported:
    """Insert or update everyone, all or none; the outcome is not stored.

    The extracts say all there is to know of a person, but for identifiers of other
    systems: those stay.

    `dry_run` counts and stores nothing.
    """
    stored = Employee.objects.in_bulk()
    new, changed = [], []
    for person in people:
        employee = stored.get(person.employee_id)
        if employee is None:
            new.append(Employee(pk=person.employee_id, features=person.features))
            continue
        found = _identifiers(employee) | person.features
        if employee.features != found:
            employee.features = found
            changed.append(employee)
    if not dry_run:
        _upsert(new + changed)
    return Imported(len(new), len(changed), len(people) - len(new) - len(changed))


def features_of(employee: Employee) -> dict[str, Any]:
    """What is stored of a person: SQL can store what is no object, which is nothing."""
    return employee.features if isinstance(employee.features, dict) else {}


def _identifiers(employee: Employee) -> dict[str, Any]:
    stored = features_of(employee)
    return {name: stored[name] for name in IDENTIFIERS if name in stored}


def _upsert(employees: list[Employee]) -> None:
    """Another import may have inserted the new ones since they were looked for."""
    Employee.objects.bulk_create(
        # In one order: two imports at once wait for each other and never deadlock.
        sorted(employees, key=lambda employee: employee.pk),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["employee_id"],
        update_fields=["features", "updated_at"],
    )
