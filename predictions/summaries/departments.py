"""People by department: each stored employee once, by their latest answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform

from attrition.models import Employee
from predictions.models import (
    DepartmentSummary,
    Erasure,
    Prediction,
    SummaryProgress,
)
from predictions.models.log import ours
from predictions.models.newest import NEWEST_OF_SOME
from predictions.summaries.logs import ABOVE, PREDICTIONS
from predictions.summaries.progress import is_first, progress_of

NAME = "departments"


def keep() -> bool:
    """Count them again where anything has changed; False where nothing has."""
    progress = progress_of(NAME)
    state = _state()
    if progress.state == state:
        return False
    figures = list(_count())
    with transaction.atomic():
        if is_first(progress, state=state):
            DepartmentSummary.objects.all().delete()
            DepartmentSummary.objects.bulk_create(figures)
    return True


def forget() -> None:
    """Whatever they were counted from: the next run counts again."""
    SummaryProgress.objects.filter(pk=NAME).update(state="")


def _state() -> str:
    """What the figures hang on; no answer is ever changed, but by an erasure."""
    people = Employee.objects.aggregate(count=Count("pk"), last=Max("updated_at"))
    answers = progress_of(PREDICTIONS.name).version
    erased = Erasure.objects.count()
    return f"{people['count']} {people['last']} {answers} {erased}"


def _count() -> Iterator[DepartmentSummary]:
    groups: dict[tuple[str, str], list[Any]] = {}
    for part in _parts():
        # SQLite calls JSON's null so; a text that is empty says no more than it.
        name = "" if part["name"] in (None, "null") else part["name"]
        groups.setdefault((name, part["model_version"]), []).append(part)
    for (name, version), parts in groups.items():
        people = sum(part["people"] for part in parts)
        yield DepartmentSummary(
            department=name,
            model_version=version,
            people=people,
            above=sum(part["above"] for part in parts),
            mean_probability=sum(part["sum"] for part in parts) / people,
        )


def _parts() -> Iterable[Any]:
    answers = ours(Prediction.objects.filter(employee=OuterRef("pk")))
    latest = answers.order_by(*NEWEST_OF_SOME).values("pk")[:1]
    people = Employee.objects.active().order_by().values(latest=Subquery(latest))
    department = KeyTextTransform("departement", "employee__features")
    return (
        Prediction.objects.filter(pk__in=people)
        .order_by()
        .values("model_version", name=department)
        .annotate(people=Count("pk"), above=ABOVE, sum=Sum("proba_depart"))
    )
