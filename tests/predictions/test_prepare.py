"""`manage.py prepare`: waits for the database, and for nobody longer than it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from predictions.database.alone import alone
from tests.postgres_cluster import Cluster, needs_postgres
from tests.server import ROOT, until


@needs_postgres
def test_it_waits_for_a_database_that_starts_and_then_prepares_it(tmp_path):
    cluster = Cluster()
    try:
        cluster.stop("fast")
        errors = tmp_path / "errors"
        with errors.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "prepare", "--wait", "60"],
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": cluster.url, "LANGUAGE_CODE": "en"},
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
        until(lambda: "Waiting for" in errors.read_text())
        cluster.start()

        assert process.wait(timeout=120) == 0
        assert f"127.0.0.1:{cluster.port}/postgres, 60 s at most" in errors.read_text()
        assert cluster.rows("SELECT count(*) FROM auth_group") == [(4,)]
    finally:
        cluster.remove()


def test_a_database_that_does_not_come_is_named_without_its_password():
    url = "postgresql://technova:hunter2@127.0.0.1:1/log"

    found = manage("prepare", "--wait", "1", DATABASE_URL=url)

    assert found.returncode == 1
    last = found.stderr.splitlines()[-1]
    assert "127.0.0.1:1/log is not ready after 1 s" in last
    assert "hunter2" not in found.stderr


def test_who_only_waits_does_so_until_the_tables_are_there(tmp_path):
    url = f"sqlite:///{tmp_path / 'log.sqlite3'}"

    found = manage("prepare", "--only-wait", "--wait", "1", DATABASE_URL=url)

    assert found.returncode == 1
    assert "its tables are not there yet" in found.stderr


def test_who_only_waits_goes_on_when_they_are(committing):
    call_command("prepare", "--only-wait", "--wait", "1")


def test_a_second_start_waits_for_the_first(committing):
    said: list[str] = []
    held = alone(connection, said.append)
    with held:
        second = subprocess.Popen(
            [sys.executable, "-c", SECOND],
            cwd=ROOT,
            env={**os.environ, "NAME": connection.settings_dict["NAME"]},
            stdout=subprocess.PIPE,
            text=True,
        )
        first_line = second.stdout.readline()
        assert second.poll() is None
    rest, _ = second.communicate(timeout=60)

    assert "waiting" in first_line
    assert rest == "alone\n"
    assert said == []


SECOND = """
import os
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "technova.settings"
os.environ["LANGUAGE_CODE"] = "en"
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = os.environ["NAME"]
from predictions.database.alone import alone
with alone(connection, lambda text: print(text, flush=True)):
    print("alone")
"""


def test_an_unknown_release_is_refused_before_anything_is_changed(settings):
    settings.MODEL_VERSION = "v1"

    with pytest.raises(CommandError, match=r"'v1'.*1\.0\.0, 1\.1\.0"):
        call_command("prepare", "--wait", "1")


@pytest.mark.parametrize("demo", [True, False])
def test_the_invented_employees_come_where_they_are_wished(tmp_path, demo):
    variables = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'log.sqlite3'}",
        "SPACE_HOST": "ana-hr.hf.space",
        "DEMO": "" if demo else "false",
    }
    found = "from attrition.models import Employee; found = Employee.objects; "
    count, fewer = f"{found}print(found.count())", f"{found}found.get(pk=669).delete()"

    def employees() -> int:
        assert manage("prepare", **variables).returncode == 0
        return int(manage("shell", "-v", "0", "-c", count, **variables).stdout)

    first = employees()
    if demo:
        assert manage("shell", "-c", fewer, **variables).returncode == 0
    second = employees()

    assert (first, second) == ((8, 7) if demo else (0, 0))


def test_outside_a_space_nobody_is_invented_unless_wished():
    script = "from django.conf import settings; print(settings.DEMO)"

    assert manage("shell", "-v", "0", "-c", script).stdout == "False\n"


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(Path(ROOT) / "manage.py"), *words],
        env={**os.environ, "LANGUAGE_CODE": "en", **variables},
        capture_output=True,
        text=True,
    )
