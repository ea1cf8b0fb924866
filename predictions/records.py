"""What one person is asked about with: an object with known keys, and nothing else."""

from typing import Any

from attrition.errors import AttritionError, Problem
from attrition.features import BY_NAME
from attrition.models import HIGHEST_EMPLOYEE_ID
from attrition.validation import MOST_PROBLEMS, unknown_field

KNOWN = ("features", "employee_id")


class RecordRefused(AttritionError):
    """Something that is no record, with every reason at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = list(problems)


def features_and_id(body: Any) -> tuple[dict[str, Any], int | None]:
    """`features` as sent, and `employee_id` where it stands beside them.

    Raises RecordRefused for anything else in the body.
    """
    if not isinstance(body, dict):
        raise RecordRefused(Problem("body", "not_an_object"))
    if "features" not in body and body.keys() & BY_NAME.keys():
        raise RecordRefused(Problem("features", "not_wrapped"))
    unknown = [name for name in body if name not in KNOWN]
    problems = [unknown_field(name, KNOWN) for name in unknown[:MOST_PROBLEMS]]
    features: Any = body.get("features")
    if "features" not in body:
        problems.insert(0, Problem("features", "missing"))
    elif not isinstance(features, dict):
        problems.append(Problem("features", "not_an_object"))
    employee_id: Any = body.get("employee_id")
    if employee_id is not None and not is_employee_id(employee_id):
        highest = {"highest": HIGHEST_EMPLOYEE_ID}
        problems.append(Problem("employee_id", "not_an_employee_id", highest))
    if len(unknown) > MOST_PROBLEMS:
        problems.append(Problem("body", "too_many_problems", {"count": MOST_PROBLEMS}))
    if problems:
        raise RecordRefused(*problems)
    return features, employee_id


def is_employee_id(value: Any) -> bool:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and 1 <= value <= HIGHEST_EMPLOYEE_ID
