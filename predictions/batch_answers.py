"""The words and shapes of a batch: plain data, for the API and for files."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from predictions.answers import answer
from predictions.batches.at_once import Answered
from predictions.batches.reading import Progress, progress_of
from predictions.batches.refused import RefusedRow
from predictions.models import Batch, Prediction
from predictions.sight import Sight

BATCH_FAILED = _(
    "It could not be finished: the operator's log says why. What is logged stays "
    "logged."
)


def batch_answer(batch: Batch) -> dict[str, Any]:
    """What a batch is, and how far."""
    return batch_list([batch])[0]


def batch_list(batches: list[Batch]) -> list[dict[str, Any]]:
    found = progress_of(batches)
    return [_batch(batch, found[batch.pk]) for batch in batches]


def _batch(batch: Batch, found: Progress) -> dict[str, Any]:
    return {
        "id": batch.pk,
        "state": batch.state,
        "kind": batch.kind,
        "model_version": batch.model_version,
        "created_at": batch.created_at,
        "started_at": batch.started_at,
        "finished_at": batch.finished_at,
        "rows": batch.row_count,
        "scored": found.scored,
        "refused": found.refused,
        "left": found.left,
        "rows_per_second": None if found.rate is None else round(found.rate, 1),
        # The whole of it names files, and is for the back-office.
        "problem": str(BATCH_FAILED) if batch.problem else "",
    }


def answer_at_once(answered: Answered, seen: Sight) -> dict[str, Any]:
    """A batch that was answered while the caller waited, in the request's order."""
    return {
        "batch_id": answered.batch.pk,
        "scored": len(answered.rows),
        "refused": len(answered.refused),
        "results": [
            {
                "index": row.batch_row,
                "employee_id": row.employee_id,
                **answer(row, seen),
            }
            for row in answered.rows
        ],
        "errors": [
            {
                "index": refused.row,
                "employee_id": refused.employee_id,
                "errors": refused.problems,
            }
            for refused in answered.refused
        ],
    }


def result(found: Prediction | RefusedRow) -> dict[str, Any]:
    """One row of a batch: an answer, or the reasons why there is none."""
    if isinstance(found, Prediction):
        return {
            "row": found.batch_row,
            "employee_id": found.employee_id,
            **answer(found),
        }
    line = {} if found.line is None else {"line": found.line}
    return {
        "row": found.row,
        **line,
        "employee_id": found.employee_id,
        "errors": found.problems,
    }
