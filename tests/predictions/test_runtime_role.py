"""The role that serves can answer, seal and read, and change nothing."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import override

from attrition import employees
from predictions.models import Prediction, Seal
from predictions.proof import sealing
from predictions.proof.verifying import Verification
from tests import seed_database
from tests.factories import EmployeeFactory
from tests.own_database import run_on_server

FORBIDDEN = [
    "UPDATE predictions SET threshold = 0.1",
    "DELETE FROM predictions",
    "TRUNCATE predictions",
    "ALTER TABLE predictions DISABLE TRIGGER ALL",
    "ALTER TABLE predictions DISABLE TRIGGER predictions_no_change",
    "DROP TRIGGER predictions_no_change ON predictions",
    "DROP TABLE predictions",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE OR REPLACE FUNCTION predictions_append_only() RETURNS trigger "
    "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "UPDATE prediction_seals SET root = ''",
    "DELETE FROM prediction_seal_rows",
    "DELETE FROM prediction_refusals",
    "UPDATE prediction_replays SET matching = 0",
    "INSERT INTO prediction_runtime_roles VALUES ('me')",
    "SELECT setval('predictions_id_seq', 1)",
    "INSERT INTO predictions SELECT * FROM predictions ON CONFLICT (id) DO UPDATE "
    "SET threshold = 0.1",
]


@pytest.fixture
def role(committing):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has roles")
    name = f"technova_{uuid.uuid4().hex[:8]}"
    call_command("grant_runtime_role", name, verbosity=0)
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {name}")
    run_on_server(f"DROP ROLE {name}")


@pytest.fixture
def as_role(role):
    """Django's connection logs in as the role, as a server would."""
    owner = connections["default"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings["default"], "USER", role)
        connections["default"] = connections.create_connection("default")
        yield
        connections["default"].close()
        connections["default"] = owner


def test_the_role_serves_seals_and_verifies(as_role, make_committed):
    row = make_committed()
    sealing.seal_once(None)

    assert Prediction.objects.get() == row
    assert Seal.objects.get().row_count == 1
    assert list(Verification().run()) == []


def test_the_role_may_import_everyone_there_is(as_role):
    EmployeeFactory(pk=1)

    assert employees.store([], complete=True).archived == 1


def test_the_role_works_on_batches(as_role):
    for number in range(1, 101):
        EmployeeFactory(pk=number)

    call_command("score_employee", "--all", "--summary", verbosity=0)

    assert Prediction.objects.count() == 100


def test_the_role_copies_the_proof_of_concept_once_its_owner_is_named(
    old, as_role, copy, monkeypatch, make_committed
):
    old.fill(*seed_database.the_usual())
    with override("en"), pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        copy()
    assert not Prediction.objects.exists()

    owner = {**connections.settings["default"], "USER": "postgres"}
    monkeypatch.setitem(connections.settings, "owner", owner)

    assert copy()[0] == 0
    connections["owner"].close()
    assert Prediction.objects.count() == 4
    assert make_committed().pk == 6


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_alters_nothing(as_role, make_committed, statement):
    row = make_committed()
    sealing.seal_once(None)

    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Prediction.objects.get().threshold == row.threshold


def test_a_migrate_renews_its_privileges(role):
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT ALL ON predictions TO {role}")

    call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'predictions', 'INSERT'), "
            "has_table_privilege(%s, 'predictions', 'UPDATE'), "
            "has_table_privilege(%s, 'employees', 'UPDATE')",
            [role] * 3,
        )
        assert cursor.fetchone() == (True, False, True)


def test_a_role_that_may_do_more_is_refused(committing):
    if connection.vendor != "postgresql":
        with pytest.raises(CommandError, match="PostgreSQL"):
            call_command("grant_runtime_role", "anybody")
        return

    with pytest.raises(CommandError, match="may do more than serve"):
        call_command("grant_runtime_role", "postgres")


@pytest.mark.parametrize(
    "more",
    [
        "GRANT postgres TO {role}",
        "GRANT pg_write_all_data TO {role}",
        "GRANT pg_execute_server_program TO {role}",
        "ALTER DATABASE {database} OWNER TO {role}",
        "ALTER SCHEMA public OWNER TO {role}",
    ],
)
def test_a_role_that_may_do_more_by_another_is_refused(role, more):
    with transaction.atomic(), connection.cursor() as cursor:
        database = connection.settings_dict["NAME"]
        cursor.execute(more.format(role=role, database=database))

        with pytest.raises(CommandError, match=r"may do more than serve|who owns"):
            call_command("grant_runtime_role", role)

        transaction.set_rollback(True)


def test_an_owner_who_may_make_no_role_is_told_who_can(committing):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has roles")
    owner, role = (f"technova_{uuid.uuid4().hex[:8]}" for _ in range(2))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {owner}")
        cursor.execute(f"SET LOCAL ROLE {owner}")

        with pytest.raises(CommandError, match=f"{owner} may not make one") as refused:
            call_command("grant_runtime_role", role)

        transaction.set_rollback(True)
    assert f"CREATE ROLE {role} LOGIN" in str(refused.value)
