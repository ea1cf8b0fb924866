"""From a batch to its rows of the log and back, and to their export."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from predictions.models import Batch, Prediction
from tests.factories import make_user
from tests.predictions.batch_pages import EXPORT, LOG, NOBODYS, page, seen
from tests.predictions.batches import employees, make_batch
from tests.predictions.exported import ask, content, looks, named, table

pytestmark = pytest.mark.django_db


def test_a_batch_leads_to_its_rows_of_the_log_and_each_row_back(
    manager, make_prediction
):
    other = make_prediction(7)
    batch = make_batch(employees(3))
    rows = [
        reverse("admin:predictions_prediction_change", args=[pk])
        for pk in batch_rows(batch)
    ]
    address = f"{LOG}?batch_id={batch.pk}"

    listed = manager.get(address, headers={"accept-language": "fr"})
    html = listed.content.decode()

    assert f'href="{address}"' in manager.get(page(batch)).content.decode()
    assert [html.index(row) for row in rows] == sorted(html.index(row) for row in rows)
    assert reverse("admin:predictions_prediction_change", args=[other.pk]) not in html
    assert "lot du " in seen(listed)
    assert 'class="sorted' not in html
    assert 'href="?"' in html  # takes the filter off
    html = manager.get(rows[0]).content.decode()
    assert f'href="{page(batch)}"' in html


def batch_rows(batch: Batch) -> list[int]:
    rows = Prediction.objects.filter(batch_id=batch.pk).order_by("batch_row")
    return list(rows.values_list("pk", flat=True))


def test_a_batch_that_is_none_has_no_rows_in_the_log(manager, make_prediction):
    row = make_prediction(7)

    answer = manager.get(LOG, {"batch_id": NOBODYS})

    assert answer.status_code == 200
    assert reverse("admin:predictions_prediction_change", args=[row.pk]) not in (
        answer.content.decode()
    )


def test_the_log_offers_no_filter_by_batch_while_there_is_none(manager):
    make_batch(employees(1))

    assert "batch_id" not in manager.get(LOG).content.decode()


def test_who_may_export_is_led_to_the_export_of_the_batch(browser, make_prediction):
    make_prediction(7)
    batch = make_batch([*employees(3), 99])
    ana = browser("HR auditor", "ana")

    html = ana.get(page(batch)).content.decode()
    answer = ask(ana, f"batch_id={batch.pk}")
    lines = table(content(answer))

    assert f'href="{EXPORT}?batch_id={batch.pk}"' in html
    assert [line["Employé"] for line in lines] == ["1", "2", "3"]
    assert {line["Lot"] for line in lines} == {str(batch.pk)}
    [begun] = looks("export")
    assert begun.details["filters"] == {"batch_id": str(batch.pk)}
    assert (begun.purpose, named(begun)) == ("audit", [1, 2, 3])


def test_a_manager_is_led_to_the_rows_and_to_no_file(manager):
    batch = make_batch(employees(1))

    html = manager.get(page(batch)).content.decode()

    assert f'href="{LOG}?batch_id={batch.pk}"' in html
    assert EXPORT not in html


@pytest.mark.parametrize("permission", ["view_batch", "export_prediction"])
def test_who_may_not_read_the_log_is_led_to_no_row(client, permission):
    batch = make_batch(employees(1))
    user = make_user("carl", "ML engineer")
    names = {"view_batch", permission}
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    html = client.get(page(batch)).content.decode()

    assert LOG not in html
    assert EXPORT not in html
