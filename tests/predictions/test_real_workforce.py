"""The 1,148 people of the real extracts, imported and scored from the command line."""

import io
import json

import joblib
import pytest
from django.conf import settings
from django.core.management import call_command

from attrition import releases
from attrition.models import Employee
from attrition.tables import frame_of
from predictions.models import Prediction

pytestmark = [pytest.mark.data, pytest.mark.django_db]

EMPLOYEES = 1148


def test_everyone_is_scored_logged_and_agrees_with_the_pipeline(hr_data):
    out = io.StringIO()
    call_command("import_employees", "--data", str(hr_data), stdout=io.StringIO())

    call_command("score_employee", "--all", "--format", "json", stdout=out)

    answers = json.loads(out.getvalue())
    logged = dict(Prediction.objects.values_list("employee_id", "proba_depart"))
    assert len(answers) == Prediction.objects.count() == EMPLOYEES
    assert {a["employee_id"]: a["proba_depart"] for a in answers} == logged
    assert pipelines_probabilities() == pytest.approx(logged, rel=0, abs=1e-12)


def pipelines_probabilities() -> dict[int, float]:
    """What the pickled pipeline says of everyone who is stored."""
    release = releases.current()
    pipeline = joblib.load(settings.MODEL_DIR / release.version / releases.PIPELINE)
    people = list(Employee.objects.all())
    rows = [release.validator.validate(person.features) for person in people]
    X = frame_of(rows, release.scorecard.names)
    found = pipeline.predict_proba(X)[:, 1].tolist()
    return dict(zip((person.pk for person in people), found, strict=True))
