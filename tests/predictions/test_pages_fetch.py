"""A page fetches the record that it is about once."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.predictions.batches import make_batch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "page",
    [
        "predictions_prediction_change",
        "predictions_batch_change",
        "attrition_employee_change",
    ],
)
def test_a_page_fetches_its_record_once(browser, employee, make_prediction, page):
    records = {
        "predictions_prediction_change": make_prediction(employee.pk).pk,
        "predictions_batch_change": make_batch([employee.pk, 99]).pk,
        "attrition_employee_change": employee.pk,
    }
    admin = browser(None)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = admin.get(reverse(f"admin:{page}", args=[records[page]]))

    assert answer.status_code == 200
    asked = Counter(query["sql"] for query in queries if "SELECT" in query["sql"])
    assert [sql for sql, times in asked.items() if times > 1] == []
