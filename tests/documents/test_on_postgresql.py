"""What the documents do to a PostgreSQL: the role that serves, backup and restore."""

import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection

from predictions.models import Prediction, Source
from predictions.proof import sealing
from predictions.services import Caller, Record, predict
from tests import own_database
from tests.documents.markdown import ROOT, blocks
from tests.factories import seed_features

ROLE = "technova_app"
Run = Callable[..., str]


@pytest.fixture(autouse=True)
def _on_postgresql(committing) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles and no pg_dump")


@pytest.fixture
def run(committing, tmp_path) -> Run:
    """Run the blocks under a heading that name this file, with a role of our own."""

    def run(document: str, heading: str, role: str = ROLE, **names: str) -> str:
        texts = [
            block.text
            for block in blocks(ROOT / "docs" / document)
            if block.heading == heading and block.run_by
        ]
        script = "\n".join(texts).replace(
            ".venv/bin/python manage.py", f"{sys.executable} {ROOT / 'manage.py'}"
        )
        script = script.replace(ROLE, role)
        # The backup is of this database, and goes back into the one that is lost.
        script = re.sub(r"^(?=.*restore_log)", "export $RESTORED\n", script, flags=re.M)
        here = own_database.url(committing)
        variables = {"DATABASE_URL": here, "DATABASE_OWNER_URL": here, **names}
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=tmp_path,
            env={**os.environ, "LANGUAGE_CODE": "en", **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_role_that_serves_is_granted(run):
    role = f"technova_{uuid.uuid4().hex[:8]}"
    heading = "Migrations, and the role that serves"

    printed = run("DB.md", heading, role)

    try:
        assert f"Role {role} may serve" in printed
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}")
        own_database.run_on_server(f"DROP ROLE {role}")


def test_the_roles_and_the_database_of_a_deployment_are_made(run):
    name = f"technova_{uuid.uuid4().hex[:8]}"
    [made] = [
        block.text
        for block in blocks(ROOT / "docs" / "DEPLOYMENT.md")
        if block.heading == "PostgreSQL" and block.language == "sql"
    ]
    at = own_database.url(name)

    try:
        own_database.run_on_server(*made.replace("technova", name).split(";\n")[:-1])
        printed = run(
            "DEPLOYMENT.md",
            "PostgreSQL",
            f"{name}_app",
            DATABASE_URL=re.sub("//[^@]*", f"//{name}_app", at),
            DATABASE_OWNER_URL=re.sub("//[^@]*", f"//{name}_owner", at),
        )

        assert f"Role {name}_app may serve" in printed
    finally:
        own_database.run_on_server(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"DROP ROLE IF EXISTS {name}_app, {name}_owner",
        )


@pytest.mark.skipif(not shutil.which("pg_dump"), reason="pg_dump is not installed")
def test_a_backup_that_is_put_back_is_whole(run, tmp_path):
    predict([Record(seed_features(), 669)], caller=Caller(source=Source.API))
    sealing.seal_once(None)
    (tmp_path / "var").mkdir()
    anchor = tmp_path / "var" / "anchor.jsonl"
    call_command("seal_log", anchor=anchor, verbosity=0)
    name = f"technova_restored_{uuid.uuid4().hex[:8]}"
    own_database.run_on_server(f"CREATE DATABASE {name}")

    try:
        restored = own_database.url(name)
        into = f"DATABASE_URL={restored} DATABASE_OWNER_URL={restored}"
        printed = run("RUNBOOK.md", "Back up and restore", RESTORED=into)

        with own_database.using(name):
            assert Prediction.objects.count() == 1
        assert "1 rows and 1 seals were checked" in printed
        assert "Nothing is wrong." in printed
        assert "lacks its triggers" not in printed
    finally:
        own_database.run_on_server(f"DROP DATABASE {name} WITH (FORCE)")
