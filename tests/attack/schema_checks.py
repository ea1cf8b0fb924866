"""Two checks in the place of schemathesis' own, for its command line to load.

To `positive_data_acceptance` every 422 to a request that fits the schema is a fault,
and to `negative_data_rejection` every 200 to one that does not. Some of what is refused
is nothing that a schema can say, and one parameter asks for a 200; which and why is
named here, and anything else still fails.
"""

from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)

WHAT_IS_STORED = "it depends on what is stored"
BEYOND_A_SCHEMA = {
    "idempotency_key_reused": "the key has answered another request",
    "id_differs": "it compares the body with the address",
    "repeated_employee": "it compares the items of a list by one property",
    "not_a_cursor": "a list gave it, or did not",
    "nothing_to_score": "one of many is not null: nothing is generated from that",
    "not_an_employee_id": "1.0 is a whole number to a schema, and no employee to us",
    "not_storable_text": "a NUL: a pattern a field would say it, in minutes more",
    "not_a_text": "a blank one: the same",
    "too_many_problems": "it only counts the others",
    "unknown_employee": WHAT_IS_STORED,
    "archived_employee": WHAT_IS_STORED,
    "not_replayable": WHAT_IS_STORED,
    "not_explainable": WHAT_IS_STORED,
}
PAY_RISE = {"augementation_salaire_precedente", "augmentation_salaire_precedente"}
OF_WHO_IS_STORED = {"unknown_category", "unknown_category_near"}


@schemathesis.check
def what_fits_is_taken(ctx: Any, response: Any, case: Any) -> None:
    try:
        positive_data_acceptance(ctx, response, case)
    except Failure:
        if not (response.status_code == 422 and is_beyond(case, response.json())):
            raise


@schemathesis.check
def what_does_not_fit_is_refused(ctx: Any, response: Any, case: Any) -> None:
    try:
        negative_data_rejection(ctx, response, case)
    except Failure:
        # The others are scored, and the answer says who was refused and why.
        skips = (case.query or {}).get("on_error") == "skip"
        if not (skips and response.json()["refused"]):
            raise


def is_beyond(case: Any, answer: dict[str, Any]) -> bool:
    if "None" in map(str, (case.path_parameters or {}).values()):
        return True  # a null of one answer, put into the next address
    if case.media_type not in (None, "application/json"):
        return True  # what is in a file: no schema describes it
    codes = {error["code"] for error in answer["errors"] if not _is_a_rise(error)}
    names_employees = isinstance(case.body, dict) and "employee_ids" in case.body
    if case.path.startswith("/predict_by_id") or names_employees:
        codes -= OF_WHO_IS_STORED
    return codes <= BEYOND_A_SCHEMA.keys()


def _is_a_rise(error: dict[str, Any]) -> bool:
    """“301 %”: a pattern compares no numbers, and a bare number has its range."""
    return error["code"] == "out_of_range" and error["field"] in PAY_RISE
