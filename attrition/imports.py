"""Imports of people with a look at what they would do, and the record of each."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from attrition import employees, extracts
from attrition.employees import Imported, Plan
from attrition.errors import AttritionError
from attrition.extract_file import FILE_NAMES, Located
from attrition.extracts import Person
from attrition.field import Extract
from attrition.models import EmployeeImport, ImportWay, WaitingImport

MOST_PROBLEMS = 10_000  # kept for a download; the page says how many there are
LONGEST_NAME = 200


class NothingWaits(AttritionError):
    """What was uploaded is stored already, was cancelled, or has waited too long."""


class Outdated(AttritionError):
    """The people stored are not those of the preview any more."""


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it."""

    name: str
    content: bytes


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


@transaction.atomic
def wait(
    sent: Mapping[Extract, Sent], *, user_id: int, complete: bool
) -> tuple[WaitingImport, list[Located]]:
    """Read the files and keep what they hold for this user; nobody is stored.

    Also returns what is wrong with them: then nobody waits, and the reasons are kept.
    What this user had waiting before is forgotten, and what has waited too long.
    """
    WaitingImport.objects.expired().delete()
    WaitingImport.objects.filter(user_id=user_id).delete()
    waiting = WaitingImport(user_id=user_id, complete=complete)
    contents = {extract: file.content for extract, file in sent.items()}
    try:
        found = extracts.read_each(contents, with_outcome=False)
    except extracts.ExtractError as error:
        _keep_problems(waiting, error.located)
        return waiting, error.located
    waiting.files = {
        FILE_NAMES[extract]: {
            "name": file.name[:LONGEST_NAME],
            "sha256": found.sha256[FILE_NAMES[extract]],
        }
        for extract, file in sent.items()
    }
    waiting.ignored_columns = found.ignored_columns
    waiting.people = _packed(found.people)
    waiting.save(force_insert=True)
    return waiting, []


def waiting_of(user_id: int, number: UUID) -> WaitingImport:
    """Raises NothingWaits, also where it is somebody else's."""
    found = WaitingImport.objects.of(user_id).filter(pk=number).first()
    if found is None:
        raise NothingWaits
    return found


def people_of(waiting: WaitingImport) -> list[Person]:
    packed = json.loads(zlib.decompress(waiting.people))
    return [Person(number, features, left=None) for number, features in packed]


@transaction.atomic
def confirm(
    number: UUID, *, user_id: int, caller: Caller, digest: str, force: bool
) -> EmployeeImport:
    """Store everybody who waits, or nobody; `digest` is the preview's.

    Raises NothingWaits, Outdated and TooManyGone.
    """
    employees.let_nobody_else_write()
    waiting = waiting_of(user_id, number)
    if not waiting.people:
        raise NothingWaits
    found = employees.plan(people_of(waiting), complete=waiting.complete)
    if found.digest != digest:
        raise Outdated
    employees.carry_out(found, force=force)
    waiting.delete()
    return record(
        found.counted, caller=caller, complete=waiting.complete, files=waiting.files
    )


def preview(people: Sequence[Person], waiting: WaitingImport) -> Plan:
    """What confirming would do now."""
    return employees.plan(people, complete=waiting.complete)


def cancel(number: UUID, user_id: int) -> None:
    """Forget what waits; nothing where nothing does."""
    WaitingImport.objects.filter(user_id=user_id, pk=number).delete()


def _keep_problems(waiting: WaitingImport, located: Sequence[Located]) -> None:
    waiting.problem_count = len(located)
    waiting.problems = [
        [item.file, item.line, item.problem.field, item.problem.message]
        for item in located[:MOST_PROBLEMS]
    ]
    waiting.save(force_insert=True)


def _packed(people: Sequence[Person]) -> bytes:
    listed = [[person.employee_id, person.features] for person in people]
    return zlib.compress(json.dumps(listed, separators=(",", ":")).encode(), 1)
