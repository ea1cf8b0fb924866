"""`migrate` in the proof of concept's database: what to do instead, no more."""

import shlex
import subprocess
import uuid
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils.translation import override
from psycopg.conninfo import conninfo_to_dict

from predictions.database import seed_tables
from predictions.models import Prediction
from predictions.poc import elsewhere
from technova import env_urls
from tests import checkout, own_database, seed_database
from tests.postgres_cluster import needs_postgres
from tests.roles_cluster import APP_PASSWORD, OWNER_PASSWORD, RolesCluster


@pytest.fixture
def seed(tmp_path, django_db_setup, django_db_blocker):
    """The old database is this service's own."""
    name = f"technova_seed_{uuid.uuid4().hex[:12]}"
    folder = tmp_path / "an old one's"
    folder.mkdir()
    with (
        django_db_blocker.unblock(),
        seed_database.of_seed(connection.vendor, folder, name) as old,
    ):
        old.fill(*seed_database.the_usual())
        at = old.url.removeprefix("sqlite:///")
        with own_database.using(name if "postgresql" in at else at), override("en"):
            yield old


def tables() -> set[str]:
    return {
        name for name in connection.introspection.table_names() if "sqlite" not in name
    }


def commands(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.startswith("  ")]


@pytest.mark.parametrize("options", [(), ("--plan",), ("predictions",)])
def test_it_says_what_to_do_and_does_nothing(seed, run, options):
    with pytest.raises(CommandError) as refused:
        run("migrate", *options)

    said = str(refused.value)
    assert "holds the tables of the proof of concept (employees, predictions)" in said
    assert "Nothing was changed." in said
    assert tables() == {"employees", "predictions"}
    for command in ("migrate", "bootstrap", "import_poc --from OLD_DATABASE_URL"):
        assert f"  .venv/bin/python manage.py {command}" in said
    assert ("createdb" in said) == (connection.vendor == "postgresql")


def test_one_of_the_tables_is_enough(seed, run):
    seed.run("DROP TABLE predictions")

    with pytest.raises(CommandError, match=r"proof of concept \(employees\)"):
        run("migrate")


def test_what_an_earlier_attempt_has_left_half_made_changes_nothing(seed, run):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, "
            "app varchar(255), name varchar(255), applied timestamp)"
        )

    with pytest.raises(CommandError, match="holds the tables of the proof"):
        run("migrate")


def test_the_copy_says_the_same_where_the_new_database_is_the_old_one(seed, run):
    with pytest.raises(CommandError, match="holds the tables of the proof"):
        run("import_poc", "--from", seed.url)


def test_a_password_is_not_printed(seed, run, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "hunter2")

    with pytest.raises(CommandError) as refused:
        run("migrate")

    assert "hunter2" not in str(refused.value)


def test_the_lines_it_prints_lead_to_a_copy(seed, run, tmp_path):
    project = checkout.at(tmp_path / "a project")
    with pytest.raises(CommandError) as refused:
        run("migrate")
    script = "\n".join(commands(str(refused.value)))
    at = connection.settings_dict
    stem, dot, ending = at["NAME"].partition(".")
    name = f"{stem}_2{dot}{ending}"
    variables = {"SECRET_KEY": "s" * 50, "LANGUAGE_CODE": "en", "DOTENV": "false"}
    try:
        done = subprocess.run(
            ["sh", "-euc", script.replace(":PASSWORD@", f":{at['PASSWORD']}@")],
            cwd=project,
            env={**checkout.environment(), **variables},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        with own_database.using(name):
            assert Prediction.objects.count() == 4
    finally:
        if connection.vendor == "postgresql":
            own_database.run_on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    assert "Predictions: 4 copied" in done.stdout
    assert tables() == {"employees", "predictions"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hunter2@db:5433/hr?sslmode=verify-full"
        "&sslrootcert=/etc/a%20b.crt&application_name=it%27s%20%26%20more",
        "postgresql://ana%40hr:hunter2@[::1]:5433/hr%20data",
        "postgresql://ana@//var/run/postgresql/hr",
        "postgresql://ana:hunter2@one:1,two:2/hr?target_session_attrs=read-write",
        "postgresql:///hr?service=old&sslpassword=hunter2&password=hunter2",
    ],
    ids=["options", "signs", "a socket", "two hosts", "passwords as options"],
)
def test_nothing_of_the_address_is_lost_but_its_passwords(monkeypatch, url):
    at = env_urls.database_of("url", url, Path())
    monkeypatch.setattr(seed_tables, "found", lambda connection: ["employees"])

    said = elsewhere.remedy(
        SimpleNamespace(alias="default", vendor="postgresql", settings_dict=at)
    )

    assert "hunter2" not in said
    createdb, old, new, *_ = [shlex.split(line) for line in commands(said)]
    options = at.get("OPTIONS", {})
    kept = {name: options[name] for name in options if "password" not in name}
    expected = at | {"PASSWORD": at["PASSWORD"] and "PASSWORD", "OPTIONS": kept}
    for words, name in ((old, at["NAME"]), (new, f"{at['NAME']}_2")):
        _, _, given = words[1].partition("=")
        found = env_urls.database_of("url", given, Path())
        assert {"OPTIONS": {}, **found} == expected | {"NAME": name}
    place = {"host": at["HOST"], "user": at["USER"], "port": str(at["PORT"])}
    place = {name: value for name, value in place.items() if value}
    assert conninfo_to_dict(createdb[2]) == place | kept | {"dbname": at["NAME"]}
    assert createdb[3] == f"{at['NAME']}_2"


@needs_postgres
def test_with_a_role_that_only_serves_they_name_both(tmp_path):
    project = checkout.at(tmp_path / "project")
    cluster = RolesCluster()
    try:
        cluster.psql("--command", "ALTER ROLE technova_owner CREATEDB")
        owner = cluster.url_of("technova_owner", OWNER_PASSWORD)
        with psycopg.connect(owner) as old:
            old.execute(seed_database.POSTGRESQL)
        here = {
            **checkout.environment(),
            "SECRET_KEY": "s" * 50,
            "LANGUAGE_CODE": "en",
            "DOTENV": "false",
        }
        roles = {
            "DATABASE_URL": cluster.url_of("technova_app", APP_PASSWORD),
            "DATABASE_OWNER_URL": owner,
        }
        refused = subprocess.run(
            [".venv/bin/python", "manage.py", "migrate"],
            cwd=project,
            env={**here, **roles},
            capture_output=True,
            text=True,
        )
        script = "\n".join(commands(refused.stderr))
        done = subprocess.run(
            [
                "sh",
                "-euc",
                script.replace(":OWNER_PASSWORD@", f":{OWNER_PASSWORD}@").replace(
                    ":PASSWORD@", f":{APP_PASSWORD}@"
                ),
            ],
            cwd=project,
            # createdb is given no password: it asks on a terminal.
            env={**here, "PGPASSWORD": OWNER_PASSWORD},
            capture_output=True,
            text=True,
        )

        assert done.returncode == 0, script + done.stderr
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert cluster.rows_in("technova_2", owners) == [("technova_owner",)]
        may = "SELECT has_table_privilege('technova_app', 'predictions', 'INSERT')"
        assert cluster.rows_in("technova_2", may) == [(True,)]
    finally:
        cluster.remove()


def test_our_own_database_is_migrated_again_without_a_word(committing, run):
    out, err = run("migrate", "--verbosity", 0)

    assert (out, err) == ("", "")
