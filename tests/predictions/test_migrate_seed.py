"""`migrate` in the proof of concept's database: what to do instead, no more."""

import re
import uuid

import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils.translation import override

from tests import own_database, seed_database


@pytest.fixture
def seed(tmp_path, django_db_setup, django_db_blocker):
    """The old database is this service's own."""
    name = f"technova_seed_{uuid.uuid4().hex[:12]}"
    with (
        django_db_blocker.unblock(),
        seed_database.of_seed(connection.vendor, tmp_path, name) as old,
    ):
        old.fill(*seed_database.the_usual())
        at = old.url.removeprefix("sqlite:///")
        with own_database.using(name if "postgresql" in at else at), override("en"):
            yield old


def tables() -> set[str]:
    return {
        name for name in connection.introspection.table_names() if "sqlite" not in name
    }


@pytest.mark.parametrize("options", [(), ("--plan",), ("predictions",)])
def test_it_says_what_to_do_and_does_nothing(seed, run, options):
    with pytest.raises(CommandError) as refused:
        run("migrate", *options)

    said = str(refused.value)
    assert "holds the tables of the proof of concept (employees, predictions)" in said
    assert "Nothing was changed." in said
    assert tables() == {"employees", "predictions"}
    for command in ("migrate", "bootstrap", "import_poc --from "):
        assert f"  manage.py {command}" in said
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


def test_the_addresses_it_gives_lead_to_a_copy(seed, run, tmp_path):
    with pytest.raises(CommandError) as refused:
        run("migrate")
    said = str(refused.value)
    [new] = re.findall(r"DATABASE_URL=(\S+)", said)
    [old] = re.findall(r"--from (\S+)", said)
    name = new.removeprefix("sqlite:///").rpartition("/5432")[2]
    if connection.vendor == "postgresql":
        name = new.rpartition("/")[2]
        own_database.run_on_server(f"CREATE DATABASE {name}")
    try:
        with own_database.using(name):
            run("migrate", "--verbosity", 0)
            run("bootstrap")
            out, _ = run("import_poc", "--from", old)
    finally:
        if connection.vendor == "postgresql":
            own_database.run_on_server(f"DROP DATABASE {name} WITH (FORCE)")

    assert "Predictions: 4 copied" in out
    assert tables() == {"employees", "predictions"}


def test_our_own_database_is_migrated_again_without_a_word(committing, run):
    out, err = run("migrate", "--verbosity", 0)

    assert (out, err) == ("", "")
