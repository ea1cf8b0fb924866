"""Stores people as HR describes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from attrition.extracts import Person
from attrition.features import IDENTIFIERS
from attrition.models import Employee

BATCH = 500  # rows a statement: SQLite takes few parameters at once


@dataclass(frozen=True)
class Imported:
    """How many people an import touched."""

    inserted: int
    updated: int
    unchanged: int


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
        Employee.objects.bulk_create(new, batch_size=BATCH)
        _update(changed)
    return Imported(len(new), len(changed), len(people) - len(new) - len(changed))


def _identifiers(employee: Employee) -> dict[str, Any]:
    stored = employee.features
    return {name: stored[name] for name in IDENTIFIERS if name in stored}


def _update(employees: list[Employee]) -> None:
    Employee.objects.bulk_create(
        employees,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["employee_id"],
        update_fields=["features", "updated_at"],
    )
