"""Stores people as HR describes them."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from attrition.errors import AttritionError, InvalidFeatures
from attrition.extracts import Person
from attrition.features import IDENTIFIERS
from attrition.models import Employee, EmployeeQuerySet
from attrition.validation import CHANGES, Categories

BATCH = 500  # rows a statement: SQLite takes few parameters at once
READ = 10_000  # rows a query
FEW = 10  # fewer may leave at once, whatever share of a small company they are

Features = Mapping[str, Any]


class TooManyGone(AttritionError):
    """An extract that would archive most people: it may well be a part of one."""

    def __init__(self, gone: int, active: int) -> None:
        super().__init__(f"{gone} of {active} active people would be archived")
        self.gone = gone
        self.active = active


@dataclass(frozen=True)
class Imported:
    """How many people an import touched.

    Whoever is brought back is among the updated, even with the same features.
    """

    inserted: int
    updated: int
    unchanged: int
    archived: int = 0
    brought_back: int = 0


@dataclass(frozen=True)
class Added:
    """How many people of another service were new, known alike, or known otherwise."""

    new: int
    same: int
    other: int


@dataclass(frozen=True)
class Change:
    """Somebody as stored, and the features that are to be stored instead."""

    stored: Employee
    features: Features

    @property
    def brings_back(self) -> bool:
        return self.stored.archived_at is not None


@dataclass(frozen=True)
class Plan:
    """What storing people would do to those who are stored now.

    `new` are features by number, `gone` are numbers.
    """

    new: dict[int, Features]
    changed: list[Change]
    unchanged: int
    gone: Sequence[int] = ()
    active: int = 0

    @property
    def counted(self) -> Imported:
        return Imported(
            inserted=len(self.new),
            updated=len(self.changed),
            unchanged=self.unchanged,
            archived=len(self.gone),
            brought_back=sum(change.brings_back for change in self.changed),
        )

    @property
    def archives_most(self) -> bool:
        return len(self.gone) >= FEW and 2 * len(self.gone) > self.active

    @property
    def digest(self) -> str:
        """The same as long as the same would be done to the same people as stored."""
        found = hashlib.sha256(repr((self.unchanged, list(self.gone))).encode())
        found.update(repr(list(self.new)).encode())
        for change in self.changed:
            before = json.dumps(change.stored.features, sort_keys=True)
            said = f"{change.stored.pk} {change.brings_back} {before}\n"
            found.update(said.encode())
        return found.hexdigest()


def unscorable(people: Sequence[Person], known: Categories) -> dict[str, Counter[str]]:
    """By field, the categories that are not `known`, each with how many people."""
    found: dict[str, Counter[str]] = {}
    for name, values in known.items():
        used = Counter(str(p.features[name]) for p in people if name in p.features)
        if strange := used.keys() - set(values):
            found[name] = Counter({value: used[value] for value in sorted(strange)})
    return found


@transaction.atomic
def store(
    people: Sequence[Person],
    *,
    complete: bool = False,
    force: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Insert or update everyone, all or none; the outcome is not stored.

    The extracts say all there is to know of a person, but for identifiers of other
    systems: those stay. Whoever they describe in other words that mean the same is
    left as stored. Whoever was archived is brought back.

    With `complete`, these are all the people there are: the others are archived. Raises
    TooManyGone, unless by `force`, where that is most of them.

    `dry_run` counts and stores nothing.
    """
    if complete:
        let_nobody_else_write()
    found = plan(people, complete=complete)
    if not dry_run:
        carry_out(found, force=force)
    elif found.archives_most and not force:
        raise TooManyGone(len(found.gone), found.active)
    return found.counted


def plan(people: Sequence[Person], *, complete: bool) -> Plan:
    """What `store` would do now."""
    stored = _stored([person.employee_id for person in people])
    described = {}
    for person in people:
        known = stored.get(person.employee_id)
        kept = {} if known is None else _identifiers(known)
        described[person.employee_id] = kept | person.features
    found = _compared(described, stored, _means_the_same)
    if not complete:
        return found
    active = list(Employee.objects.active().values_list("pk", flat=True))
    gone = sorted(pk for pk in active if pk not in described)
    return replace(found, gone=gone, active=len(active))


def carry_out(found: Plan, *, force: bool = False) -> None:
    """Store what is planned, in the transaction of whoever calls.

    Raises TooManyGone, unless by `force`.
    """
    if found.archives_most and not force:
        raise TooManyGone(len(found.gone), found.active)
    _store(found)
    _mark(found.gone, timezone.now())


@transaction.atomic
def put(described: Mapping[int, Features]) -> Imported:
    """Create or replace everyone, by number, all or none; nobody stays archived.

    Of two calls at once, each person is as the later one says, word for word.
    """
    found = _compared(described, Employee.objects.in_bulk(list(described)), _same)
    _store(found)
    return found.counted


@transaction.atomic
def add(people: Sequence[Employee], *, dry_run: bool = False) -> Added:
    """Store those whom nobody has stored yet, with their times; the others stay."""
    stored = Employee.objects.in_bulk([employee.pk for employee in people])
    new = [employee for employee in people if employee.pk not in stored]
    known = [employee for employee in people if employee.pk in stored]
    same = sum(_same(stored[one.pk], one.features) for one in known)
    if not dry_run:
        # Whoever stores the same person at this moment knows better.
        Employee.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    return Added(len(new), same, len(known) - same)


@transaction.atomic
def archive(people: EmployeeQuerySet) -> list[int]:
    """Leave them out where everyone is scored; return the numbers of those changed."""
    ids = _locked(people.active())
    _mark(ids, timezone.now())
    return ids


@transaction.atomic
def bring_back(people: EmployeeQuerySet) -> list[int]:
    """The opposite of `archive`."""
    ids = _locked(people.archived())
    _mark(ids, None)
    return ids


def features_of(employee: Employee) -> dict[str, Any]:
    """What is stored of a person: SQL can store what is no object, which is nothing."""
    return employee.features if isinstance(employee.features, dict) else {}


def _identifiers(employee: Employee) -> dict[str, Any]:
    stored = features_of(employee)
    return {name: stored[name] for name in IDENTIFIERS if name in stored}


def _stored(ids: Sequence[int]) -> dict[int, Employee]:
    """Those of these numbers; the others, who may be many more, are not read."""
    found: dict[int, Employee] = {}
    for first in range(0, len(ids), READ):
        found |= Employee.objects.in_bulk(ids[first : first + READ])
    return found


def _compared(
    described: Mapping[int, Features],
    stored: Mapping[int, Employee],
    is_as: Callable[[Employee, Features], bool],
) -> Plan:
    new: dict[int, Features] = {}
    changed = []
    for pk, features in described.items():
        employee = stored.get(pk)
        if employee is None:
            new[pk] = features
        elif employee.archived_at is not None or not is_as(employee, features):
            changed.append(Change(employee, features))
    return Plan(new, changed, len(described) - len(new) - len(changed))


def _store(found: Plan) -> None:
    described = found.new | {c.stored.pk: c.features for c in found.changed}
    _upsert([Employee(pk=pk, features=new) for pk, new in described.items()])


def _same(employee: Employee, features: Features) -> bool:
    # True is 1 in Python, and is not in JSON.
    return employee.features == features and not any(
        isinstance(employee.features[name], bool) ^ isinstance(value, bool)
        for name, value in features.items()
    )


def _means_the_same(employee: Employee, features: Features) -> bool:
    """Whether a score, and a reader, would see no difference: 1 is "M"."""
    if _same(employee, features):
        return True
    try:
        return CHANGES.validate(employee.features) == CHANGES.validate(features)
    except InvalidFeatures:  # SQL can store anything
        return False


def _upsert(employees: list[Employee]) -> None:
    """Another import may have inserted the new ones since they were looked for."""
    Employee.objects.bulk_create(
        # In one order: two imports at once wait for each other and never deadlock.
        sorted(employees, key=lambda employee: employee.pk),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["employee_id"],
        update_fields=["features", "updated_at", "archived_at"],
    )


def _mark(ids: Sequence[int], archived_at: datetime | None) -> None:
    now = timezone.now()
    for first in range(0, len(ids), BATCH):
        Employee.objects.filter(pk__in=ids[first : first + BATCH]).update(
            archived_at=archived_at, updated_at=now
        )


def _locked(people: EmployeeQuerySet) -> list[int]:
    # In the same order as `_upsert`.
    people = people.select_for_update().order_by("pk")
    return list(people.values_list("pk", flat=True))


def let_nobody_else_write() -> None:
    """Else somebody could be archived who is being stored at this moment.

    On SQLite a transaction is alone from its start.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(Employee._meta.db_table)
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
