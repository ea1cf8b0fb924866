"""The guide for those who come from the proof of concept, run as it stands."""

import re
import secrets
import shutil
import subprocess
import uuid

import pytest
from django.db import connection
from rest_framework.test import APIClient

from predictions.models import Prediction, Source
from tests import checkout, own_database, seed_database
from tests.factories import seed_features

GUIDE = checkout.ROOT / "docs" / "from-the-proof-of-concept.md"
KEY = "the-key-that-clients-have-today"


@pytest.fixture
def seed(tmp_path, django_db_setup, django_db_blocker):
    """The old service's folder and database; what the guide makes is dropped too."""
    if connection.vendor != "postgresql":
        pytest.skip("the proof of concept ran on PostgreSQL")
    name = f"technova_seed_{uuid.uuid4().hex[:12]}"
    with (
        django_db_blocker.unblock(),
        seed_database.of_seed("postgresql", tmp_path, name) as old,
    ):
        old.fill(*seed_database.the_usual())
        folder = tmp_path / "hr-attrition-mlops"
        folder.mkdir()
        (folder / ".env.local").write_text(
            f"DATABASE_URL={old.url}\nAPI_KEY={KEY}\nMODEL_THRESHOLD=0.5\n"
            "MODEL_VERSION=logreg_v1\nLOG_LEVEL=INFO\n"
        )
        try:
            yield name
        finally:
            own_database.run_on_server(f"DROP DATABASE IF EXISTS {name}_2 WITH (FORCE)")


def commands() -> str:
    blocks = re.findall(r"```bash\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 5
    return "set -eux\n" + "".join(blocks)


def test_its_commands_bring_everything_along(seed, tmp_path):
    project = checkout.at(tmp_path / "project")

    done = subprocess.run(
        ["bash", "-c", commands()],
        cwd=project,
        env={**checkout.environment(), "LANGUAGE_CODE": "en"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Employees: 8 copied, 0 here already") == 2
    assert done.stdout.count("Predictions: 4 copied, 0 here already") == 2
    assert "Dry run: nothing was written." in done.stdout
    # Of a program everybody can read the words; these the shell does itself.
    with_url = [line for line in done.stderr.splitlines() if "://" in line]
    assert with_url
    own = re.compile(r"\++ (export OLD_DATABASE_URL=|OLD_DATABASE_URL=|new=|echo )")
    assert [line for line in with_url if not own.match(line)] == []
    with own_database.using(f"{seed}_2"):
        client = APIClient(headers={"X-API-Key": KEY})
        numbers = [row["id"] for row in client.get("/history").json()]
        assert sorted(numbers) == [1, 2, 4, 5]
        sent = {"features": seed_features()}
        answer = client.post("/predict", sent, format="json").json()
        assert answer["db_id"] == 6
        assert client.post("/predict_by_id/669").json()["db_id"] == 7
        copies = Prediction.objects.filter(source=Source.IMPORTED)
        assert {row.model_version for row in copies} == {"logreg_v1"}
    with own_database.using(seed), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute("SELECT COUNT(*) FROM predictions")
        assert (tables, cursor.fetchone()[0]) == ({"employees", "predictions"}, 4)


def test_migrating_the_old_database_by_mistake_is_stopped(seed, tmp_path):
    project = checkout.at(tmp_path / "project")
    shutil.copy(tmp_path / "hr-attrition-mlops" / ".env.local", project / ".env")
    (project / ".env.local").write_text(f"SECRET_KEY={secrets.token_hex(32)}\n")

    done = subprocess.run(
        [".venv/bin/python", "manage.py", "migrate"],
        cwd=project,
        env={**checkout.environment(), "LANGUAGE_CODE": "en"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "holds the tables of the proof of concept" in done.stderr
    assert re.search(
        rf"^  createdb --maintenance-db .* {seed}_2$", done.stderr, re.MULTILINE
    )
    assert "Traceback" not in done.stderr
