"""The committed release on the real extracts, which are never in git."""

import io

import joblib
import numpy as np
import pytest
from django.conf import settings
from django.core.management import call_command

from attrition import extracts, releases, training
from attrition.extract_file import TARGET
from attrition.models import Employee

pytestmark = pytest.mark.data

EMPLOYEES = 1148
LEAVERS = 184


@pytest.fixture(scope="module")
def people(hr_data):
    return extracts.read(hr_data, with_outcome=True).people


def test_the_extracts_hold_everyone(people):
    assert len(people) == EMPLOYEES
    assert sum(bool(person.left) for person in people) == LEAVERS


def test_training_again_reproduces_the_committed_release(hr_data, english):
    out = io.StringIO()
    version = releases.current_version()

    call_command(
        "train_model", "--data", str(hr_data), "--reproduce", version, stdout=out
    )

    assert f"Largest difference from {version}: " in out.getvalue()


def test_each_persons_probability_is_the_pickled_pipelines(people):
    release = releases.current()
    pipeline = joblib.load(settings.MODEL_DIR / release.version / releases.PIPELINE)
    X = training.frame((p.features for p in people), release.scorecard.names)

    found = [
        release.scorecard.probability(release.validator.validate(person.features))
        for person in people
    ]

    expected = pipeline.predict_proba(X)[:, 1]
    assert np.abs(expected - found).max() <= 1e-12


def test_nobody_in_training_is_outside_what_training_has_seen(people):
    release = releases.current()

    for person in people:
        values = release.validator.validate(person.features)
        assert release.scorecard.not_covered(values) == []


@pytest.mark.django_db
def test_everyone_is_imported_once_and_without_the_outcome(hr_data, english):
    def run() -> str:
        out = io.StringIO()
        call_command("import_employees", "--data", str(hr_data), stdout=out)
        return out.getvalue()

    first, second = run(), run()

    assert f"Inserted: {EMPLOYEES}, updated: 0, unchanged: 0." in first
    assert f"Inserted: 0, updated: 0, unchanged: {EMPLOYEES}." in second
    assert Employee.objects.count() == EMPLOYEES
    assert not Employee.objects.filter(features__has_key=TARGET).exists()
