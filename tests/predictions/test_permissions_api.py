"""docs/permissions.md has every call of the API, and each role may what it says."""

import json

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import seed_features
from tests.predictions import permission_records as given
from tests.predictions.permission_table import EVERYBODY, Row, calls, shape
from tests.predictions.routes import DOCUMENTATION, ROUTES, good_body

WORDS = {200: "yes", 202: "yes", 302: "yes", 401: "key", 403: "no"}
SAYS_REFUSED = {"predictions.Refusal", "predictions.UnknownCallers"}
BODILESS = ("/cancel", "/replay")


def stored() -> dict[str, list[tuple]]:
    """All but what says that somebody was refused."""
    found = given.rows_of_all_tables()
    return {name: found[name] for name in found if name not in SAYS_REFUSED}


def called(client: Client, row: Row, records: dict[str, object]) -> str:
    """What the table calls the outcome; what is refused has stored nothing."""
    body = b""
    if row.method != "GET" and not row.address.endswith(BODILESS):
        body = json.dumps(good_body(row.method, row.address, seed_features())).encode()
    before = stored()
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}

    answer = client.generic(
        row.method, row.path(records), body, "application/json", headers=headers
    )

    outcome = WORDS[answer.status_code]
    assert outcome == "yes" or stored() == before, row
    return outcome


def test_the_table_has_each_call_there_is_and_no_other():
    listed = {(row.method, row.shape) for row in calls()}

    documented = {("GET", path) for path in DOCUMENTATION}
    assert listed == {(m, shape(path)) for m, path in ROUTES} | documented


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_call_is_answered_for_whom_the_table_says(db, role):
    records = given.make()
    client = given.log_in(role, records)

    found = {}
    for row in calls():
        start = transaction.savepoint()
        found[str(row)] = called(client, row, records)
        transaction.savepoint_rollback(start)

    assert found == {str(row): row.says[role] for row in calls()}
