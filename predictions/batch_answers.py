"""The words and shapes of a batch: plain data, for the API and for files."""

from typing import Any

from predictions.answers import answer
from predictions.batches.at_once import Answered
from predictions.batches.reading import progress
from predictions.batches.refused import RefusedRow
from predictions.models import Batch, Prediction


def batch_answer(batch: Batch) -> dict[str, Any]:
    """What a batch is, and how far."""
    found = progress(batch)
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
        "problem": batch.problem,
    }


def batch_list(batches: list[Batch]) -> list[dict[str, Any]]:
    return [batch_answer(batch) for batch in batches]


def answer_at_once(answered: Answered) -> dict[str, Any]:
    """A batch that was answered while the caller waited, in the request's order."""
    return {
        "batch_id": answered.batch.pk,
        "scored": len(answered.rows),
        "refused": len(answered.refused),
        "results": [
            {"index": row.batch_row, "employee_id": row.employee_id, **answer(row)}
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
