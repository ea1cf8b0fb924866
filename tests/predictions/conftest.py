import dataclasses
import io
import shutil
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from attrition import releases
from attrition.models import Employee
from attrition.scorecard import NumberPoints, Scorecard
from predictions import access
from predictions.models import Action, Prediction, Purpose, Source
from predictions.proof import sealing, signing
from predictions.proof.digests import new_salt, payload_digest
from predictions.services import Caller, Record, predict, rows_for
from tests import seed_database, shipped
from tests.factories import make_key, make_user, seed_features
from tests.predictions.uploads import confirm, first, upload


@pytest.fixture
def anonymous(db) -> APIClient:
    """Somebody who sends no key."""
    return APIClient()


@pytest.fixture
def api_with(db):
    """A client whose key has exactly these scopes."""

    def client(*scopes: str) -> APIClient:
        _, secret = make_key(*scopes)
        return APIClient(headers={"X-API-Key": secret})

    return client


@pytest.fixture
def browser(db):
    """Somebody who has logged in, as one of the groups or as the superuser."""

    def log_in(role: str | None, name: str = "bob") -> Client:
        client = Client(enforce_csrf_checks=True, headers={"Accept": "text/html"})
        client.force_login(make_user(name, role))
        return client

    return log_in


@pytest.fixture
def manager(client, db):
    client.force_login(make_user("bob", "HR manager"))
    return client


@pytest.fixture
def everyone(manager) -> list[dict]:
    """Forty people, as the extracts have them."""
    confirm(manager, upload(manager, first(40)))
    return list(Employee.objects.values())


@pytest.fixture
def reveal(auditor):
    """The auditor says what for, and sees the values behind this row."""

    def give(row: Prediction, user_name: str = auditor.get_username()) -> Prediction:
        access.record(
            Caller(Source.ADMIN, user_name=user_name),
            Action.REVEAL,
            page="a test",
            employees=[row.employee_id],
            prediction_id=row.pk,
            purpose=Purpose.AUDIT,
        )
        return row

    return give


@pytest.fixture
def log_row(db):
    """Writes a row as if it had been asked for at another time, or by somebody else."""

    def write(**changes) -> Prediction:
        usual = {
            "input_payload": seed_features(),
            "proba_depart": 0.4,
            "prediction": 1,
            "threshold": shipped.THRESHOLD,
            "model_version": shipped.SERVES,
            "artifact_sha256": shipped.CARD_SHA256,
            "source": Source.API,
        }
        row = Prediction(**usual | changes)
        if row.input_payload is not None:
            row.payload_salt = new_salt()
            row.payload_digest = payload_digest(
                row.payload_salt, row.input_payload, row.employee_id
            )
        row.save()
        return row

    return write


@pytest.fixture
def make_committed():
    """As `make_prediction`, in a database of the test's own; the row is committed."""

    def make(employee_id: int | None = None, *, atomic: bool = True) -> Prediction:
        caller = Caller(source=Source.API, key_prefix="abcdefgh", key_owner="ana")
        record = Record(seed_features(), employee_id)
        if atomic:
            return predict([record], caller=caller)[0]
        [row] = rows_for(releases.current(), [record], caller)
        Prediction.objects.bulk_create([row])
        return row

    return make


@pytest.fixture
def seed_score(features) -> str:
    """How the probability of the seed's request begins, wherever it is written."""
    release = releases.current()
    values = release.validator.validate(features)
    return str(release.scorecard.probability(values))[:5]


@pytest.fixture
def release_folder(settings, tmp_path):
    """The releases in a copy that a test may damage."""
    settings.MODEL_DIR = shutil.copytree(settings.MODEL_DIR, tmp_path / "releases")
    yield settings.MODEL_DIR / releases.current_version()
    releases._load.cache_clear()


@pytest.fixture
def broken_release(release_folder):
    """The release that serves, with one byte of its scorecard changed."""
    scorecard = release_folder / releases.SCORECARD
    scorecard.write_bytes(scorecard.read_bytes().replace(b"1", b"2", 1))


@pytest.fixture
def release_with_age(monkeypatch):
    """What serves scores a prohibited ground, as a release may that says why."""
    release = releases.current()
    age = NumberPoints("age", low=18, high=60, weight=-0.01, usual=36, null=36)
    scorecard = Scorecard(release.scorecard.base, (age, *release.scorecard.fields))
    with_age = dataclasses.replace(release, scorecard=scorecard)
    monkeypatch.setattr(releases, "current", lambda: with_age)
    return with_age


@pytest.fixture
def run(monkeypatch):
    """Run a command; returns what it wrote to standard output and to the other."""
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests

    def call(name: str, *arguments: str | int) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(name, *map(str, arguments), stdout=out, stderr=err)
        finally:
            call.out, call.err = out.getvalue(), err.getvalue()
        return call.out, call.err

    return call


@pytest.fixture
def old(committing, tmp_path):
    """The proof of concept's database, empty; on what the suite runs on."""
    name = f"technova_seed_{uuid.uuid4().hex[:12]}"
    with seed_database.of_seed(connection.vendor, tmp_path, name) as found:
        yield found


@pytest.fixture
def copy(run, old):
    """The exit code of `import_poc` and what it printed."""

    def call(*options: str) -> tuple[int, str]:
        try:
            out, _ = run("import_poc", "--from", old.url, *options)
        except SystemExit as end:
            return end.code, run.out
        return 0, out

    return call


@pytest.fixture
def numbers(make_prediction) -> list[int]:
    """Nine rows in three signed seals; the last is not sealed yet."""
    found = []
    for _ in range(3):
        found += [make_prediction(employee_id=669 + i).pk for i in range(3)]
        sealing.seal_once(signing.signing_key())
    return [*found, make_prediction(employee_id=680).pk]


@pytest.fixture
def verify(run):
    """The exit code of `verify_log` and what it printed."""

    def call(*options: str) -> tuple[int, str]:
        try:
            out, _ = run("verify_log", *options)
        except SystemExit as end:
            return end.code, run.out
        return 0, out

    return call
