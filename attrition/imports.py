"""Imports of people with a look at what they would do, and the record of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from attrition import employees, waiting_files
from attrition.employees import Imported, Plan
from attrition.errors import AttritionError
from attrition.extract_file import Located
from attrition.extracts import Person
from attrition.field import Extract
from attrition.models import EmployeeImport, ImportWay, WaitingImport
from attrition.waiting_files import Sent


class NothingWaits(AttritionError):
    """What was uploaded is stored already, was cancelled, or has waited too long."""


class Outdated(AttritionError):
    """The people stored are not those of the preview any more."""


@dataclass(frozen=True)
class Caller:
    """Who imports, and by which way."""

    way: ImportWay
    user_name: str = ""


def record(
    counted: Imported, *, caller: Caller, complete: bool, files: Mapping[str, Any]
) -> EmployeeImport:
    """Note an import that was stored; in the same transaction."""
    return EmployeeImport.objects.create(
        way=caller.way,
        user_name=caller.user_name,
        complete=complete,
        files=files,
        **asdict(counted),
    )


def wait(
    sent: Mapping[Extract, Sent], *, user_id: int, complete: bool
) -> tuple[WaitingImport, list[Located]]:
    """Read the files and keep what they hold for this user; nobody is stored.

    Also returns what is wrong with them: then nobody waits, and the reasons are kept.
    What this user had waiting before is forgotten, and what has waited too long.
    """
    waiting = WaitingImport(user_id=user_id, complete=complete)
    located = waiting_files.read(sent, waiting)
    _keep(waiting)
    return waiting, located


def waiting_of(user_id: int, number: UUID) -> WaitingImport:
    """Raises NothingWaits, also where it is somebody else's."""
    found = WaitingImport.objects.of(user_id).filter(pk=number).first()
    if found is None:
        forget_expired()
        raise NothingWaits
    return found


def confirm(
    number: UUID, *, user_id: int, caller: Caller, digest: str, force: bool
) -> EmployeeImport:
    """Store everybody who waits, or nobody; `digest` is the preview's.

    Raises NothingWaits, Outdated and TooManyGone.
    """
    waiting = waiting_of(user_id, number)
    if not waiting.people:
        raise NothingWaits
    # Unpacked before anybody else has to wait for this transaction.
    people = waiting_files.people_of(waiting)
    return _store(waiting, people, caller=caller, digest=digest, force=force)


@transaction.atomic
def _store(
    waiting: WaitingImport,
    people: Sequence[Person],
    *,
    caller: Caller,
    digest: str,
    force: bool,
) -> EmployeeImport:
    employees.let_nobody_else_write()
    # Another confirmation, or a cancellation, may have come first.
    if not WaitingImport.objects.filter(pk=waiting.pk).delete()[0]:
        raise NothingWaits
    # Planned in here: it must be true of the people as they are stored now.
    found = employees.plan(people, complete=waiting.complete)
    if found.digest != digest:
        raise Outdated
    employees.carry_out(found, force=force)
    return record(
        found.counted, caller=caller, complete=waiting.complete, files=waiting.files
    )


def preview(people: Sequence[Person], waiting: WaitingImport) -> Plan:
    """What confirming would do now."""
    return employees.plan(people, complete=waiting.complete)


def forget_expired() -> None:
    """Whom nobody can store any more: their data are not kept for nothing."""
    WaitingImport.objects.expired().delete()


def cancel(number: UUID, user_id: int) -> None:
    """Forget what waits; nothing where nothing does."""
    WaitingImport.objects.filter(user_id=user_id, pk=number).delete()


@transaction.atomic
def _keep(waiting: WaitingImport) -> None:
    forget_expired()
    WaitingImport.objects.filter(user_id=waiting.user_id).delete()
    waiting.save(force_insert=True)
