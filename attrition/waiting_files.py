"""The files of an import that waits: read, and kept small until they are confirmed."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attrition import extracts
from attrition.extract_file import FILE_NAMES, Located
from attrition.extracts import Person
from attrition.field import Extract
from attrition.models import WaitingImport

MOST_PROBLEMS = 10_000  # kept for a download; the page says how many there are
LONGEST_NAME = 200


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it."""

    name: str
    content: bytes


def read(sent: Mapping[Extract, Sent], waiting: WaitingImport) -> list[Located]:
    """Into `waiting`, which is not saved; return what is wrong with them.

    In no transaction: large files take long, and on SQLite all writers would wait.
    """
    contents = {extract: file.content for extract, file in sent.items()}
    try:
        found = extracts.read_each(contents, with_outcome=False)
    except extracts.ExtractError as error:
        _note_problems(waiting, error.located)
        return error.located
    waiting.files = {
        FILE_NAMES[extract]: {
            "name": file.name[:LONGEST_NAME],
            "sha256": found.sha256[FILE_NAMES[extract]],
        }
        for extract, file in sent.items()
    }
    waiting.ignored_columns = found.ignored_columns
    waiting.people = _packed(found.people)
    return []


def people_of(waiting: WaitingImport) -> list[Person]:
    packed = json.loads(zlib.decompress(waiting.people))
    return [Person(number, features, left=None) for number, features in packed]


def _note_problems(waiting: WaitingImport, located: Sequence[Located]) -> None:
    waiting.problem_count = len(located)
    waiting.problems = [
        [item.file, item.line, item.problem.field, item.problem.message]
        for item in located[:MOST_PROBLEMS]
    ]


def _packed(people: Sequence[Person]) -> bytes:
    listed = [[person.employee_id, person.features] for person in people]
    return zlib.compress(json.dumps(listed, separators=(",", ":")).encode(), 1)
