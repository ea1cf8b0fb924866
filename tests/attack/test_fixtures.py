"""Hostile files for `loaddata`: refused whole, and nothing of them stays."""

import json

import pytest
from django.core.management import call_command
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, transaction
from django.forms.models import model_to_dict

from attrition.models import Employee
from predictions.models import ApiKey, Prediction
from predictions.models.append_only import AppendOnlyError

GOOD = {"model": "attrition.employee", "pk": 5, "fields": {"features": {"age": 30}}}
NOW = "2026-01-31T09:30:00Z"
REFUSED = (DeserializationError, DatabaseError, AppendOnlyError)


def text(*rows: object) -> bytes:
    return json.dumps(rows).encode()


ROWS = {
    "cut off": text(GOOD)[:-9],
    "no JSON": b"model: attrition.employee",
    "not UTF-8": b'[{"model": "attrition.employee", "pk": "\xff"}]',
    "no list": b'"attrition.employee"',
    "no model": text(GOOD, {"pk": 6, "fields": {}}),
    "an unknown model": text(GOOD, GOOD | {"model": "attrition.nobody"}),
    "an unknown field": text(GOOD, GOOD | {"pk": 6, "fields": {"salary": 1}}),
    "a number that is none": text(GOOD, GOOD | {"pk": "DROP TABLE employees"}),
    "a number out of range": text(GOOD, GOOD | {"pk": 2**70}),
    "a time that is none": text(
        GOOD, GOOD | {"pk": 6, "fields": {"features": {}, "archived_at": "yesterday"}}
    ),
    "a key twice": text(
        GOOD,
        *(
            {
                "model": "predictions.apikey",
                "fields": {
                    "owner": "eve",
                    "prefix": "eve",
                    "secret_sha256": "0" * 64,
                    "created_at": NOW,
                },
            }
            for _ in range(2)
        ),
    ),
}


def load(folder, content: bytes) -> None:
    file = folder / "hostile.json"
    file.write_bytes(content)
    call_command("loaddata", file, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("content", ROWS.values(), ids=ROWS)
def test_a_hostile_fixture_is_refused_and_nothing_of_it_stays(tmp_path, content):
    with (
        pytest.raises((*REFUSED, ValueError, AttributeError, OverflowError)),
        transaction.atomic(),
    ):
        load(tmp_path, content)

    assert not Employee.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_no_fixture_changes_a_row_of_the_log(tmp_path, make_prediction):
    row = make_prediction(669)
    before = Prediction.objects.values().get()
    fields = model_to_dict(row, exclude=["id"]) | {
        "proba_depart": 0.0,
        "created_at": NOW,
        "payload_salt": None,
    }
    forged = {"model": "predictions.prediction", "pk": row.pk, "fields": fields}
    content = json.dumps([GOOD, forged], default=str).encode()

    with pytest.raises(REFUSED), transaction.atomic():
        load(tmp_path, content)

    assert Prediction.objects.values().get() == before
    assert not Employee.objects.filter(pk=5).exists()
