"""Takes many people out of a body: records, numbers of employees, or employees."""

from collections.abc import Iterable, Sequence
from typing import Any

from attrition.errors import InvalidFeatures, Problem
from attrition.models import HIGHEST_EMPLOYEE_ID
from attrition.validation import MOST_PROBLEMS, STORABLE, unknown_field
from predictions.api.errors import Refusal
from predictions.batches.people import People, Unanswerable, stored
from predictions.records import RecordRefused, features_and_id, is_employee_id
from predictions.services import Record


def only(body: Any, known: Sequence[str]) -> dict[str, Any]:
    """The body, an object of known keys. Raises Refusal."""
    if not isinstance(body, dict):
        raise Refusal("not_an_object", "body")
    if unknown := [name for name in body if name not in known]:
        listed = [unknown_field(name, known) for name in unknown[:MOST_PROBLEMS]]
        raise Refusal.listing(listed)
    return body


def people_of(body: Any, most: int) -> People:
    """Of `records` or `employee_ids`, who can be asked about and who can't.

    Raises Refusal for a body that is neither, or holds too few or too many.
    """
    kinds = ("records", "employee_ids")
    sent = only(body, kinds)
    if len(sent) != 1:
        raise Refusal("one_of_these", "body", allowed=", ".join(kinds))
    [(name, items)] = sent.items()
    check_count(name, items, most)
    if name == "records":
        return _records(items)
    ids, refused = _ids(items)
    found = stored(list(ids.values()))
    # Their places in the request, not among those that are numbers.
    places = list(ids)
    records = [
        Record(record.features, record.employee_id, places[record.batch_row])
        for record in found.records
        if record.batch_row is not None
    ]
    refused |= {places[row]: who for row, who in found.refused.items()}
    return People(records, found.lines, refused)


def check_count(name: str, items: Any, most: int) -> None:
    if not isinstance(items, list):
        raise Refusal("not_a_list", name)
    if not 1 <= len(items) <= most:
        raise Refusal("wrong_count", name, most=most, found=len(items))


def employee_ids(items: Any, most: int) -> list[int]:
    """Numbers of employees, each once. Raises Refusal with whatever is wrong."""
    check_count("employee_ids", items, most)
    ids, refused = _ids(items)
    raise_for(
        problem.of_record(row)
        for row, who in refused.items()
        for problem in who.problems
    )
    return list(ids.values())


def employees(body: Any, most: int) -> dict[int, dict[str, Any]]:
    """Of `employees`, the features by number. Raises Refusal with whatever is wrong."""
    sent = only(body, ("employees",))
    if "employees" not in sent:
        raise Refusal("missing", "employees")
    items = sent["employees"]
    check_count("employees", items, most)
    found: dict[int, dict[str, Any]] = {}
    problems: list[Problem] = []
    for row, item in enumerate(items):
        problems += [p.of_record(row) for p in _taken(item, found)]
        if len(problems) > MOST_PROBLEMS:
            break
    raise_for(problems)
    return found


def _taken(item: Any, found: dict[int, dict[str, Any]]) -> list[Problem]:
    """Put one entry into `found`; return what is wrong with it."""
    try:
        features, pk = features_and_id(item)
    except RecordRefused as error:
        return error.problems
    problems = []
    if pk is None:
        problems.append(Problem("employee_id", "missing"))
    elif pk in found:
        problems.append(_repeated(pk))
    else:
        found[pk] = features
    try:
        STORABLE.validate(features)
    except InvalidFeatures as error:
        problems += error.problems
    return problems


def raise_for(problems: Iterable[Problem]) -> None:
    """Raise Refusal for problems, if there are any; it lists no more than 100."""
    listed = list(problems)
    if len(listed) > MOST_PROBLEMS:
        count = {"count": MOST_PROBLEMS}
        listed = [
            *listed[:MOST_PROBLEMS],
            Problem("body", "too_many_problems", count),
        ]
    if listed:
        raise Refusal.listing(listed)


def _records(items: list[Any]) -> People:
    records: list[Record] = []
    refused: dict[int, Unanswerable] = {}
    seen: set[int] = set()
    for row, item in enumerate(items):
        try:
            features, pk = features_and_id(item)
        except RecordRefused as error:
            refused[row] = Unanswerable(None, error.problems)
            continue
        if pk in seen:
            refused[row] = Unanswerable(pk, [_repeated(pk)])
            continue
        if pk is not None:
            seen.add(pk)
        records.append(Record(features, pk, row))
    return People(records, [None] * len(records), refused)


def _ids(items: list[Any]) -> tuple[dict[int, int], dict[int, Unanswerable]]:
    """By place: the numbers, and what is none or there already."""
    ids: dict[int, int] = {}
    refused: dict[int, Unanswerable] = {}
    seen: set[int] = set()
    for row, pk in enumerate(items):
        if not is_employee_id(pk):
            highest = {"highest": HIGHEST_EMPLOYEE_ID}
            problem = Problem("employee_ids", "not_an_employee_id", highest)
            refused[row] = Unanswerable(None, [problem])
        elif pk in seen:
            refused[row] = Unanswerable(pk, [_repeated(pk)])
        else:
            seen.add(pk)
            ids[row] = pk
    return ids, refused


def _repeated(pk: int) -> Problem:
    return Problem("employee_id", "repeated_employee", {"value": pk})
