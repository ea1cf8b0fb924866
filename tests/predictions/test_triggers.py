"""The lock of the logs, against everybody who reaches the database."""

import json

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from attrition.models import EmployeeImport
from predictions.database import triggers
from predictions.models import (
    Access,
    AccessedEmployee,
    AccessErasure,
    Erasure,
    LogCheck,
    LoginRecovery,
    Prediction,
    Refusal,
    Replay,
    Seal,
    SealedPrediction,
)
from predictions.proof import sealing

TABLES = {model._meta.db_table for model in triggers.append_only_models()}
REFUSED = "append-only"
IMPORTED = dict.fromkeys(
    ("inserted", "updated", "unchanged", "archived", "brought_back"), 0
)


def execute(sql: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def row(make_prediction) -> Prediction:
    return make_prediction(employee_id=669)


@pytest.fixture
def logs(row) -> dict[str, object]:
    """One row in each of the logs, by its table."""
    sealing.seal_once(None)
    rows = [
        row,
        Seal.objects.get(),
        SealedPrediction.objects.get(),
        Erasure.objects.create(prediction_id=99, user_name="ana", reason="asked"),
        Replay.objects.create(asked_for="1", replayed=1, matching=1, source="api"),
        Refusal.objects.create(route="predict", status=422, code="x", request_id="r"),
        look := Access.objects.create(action="view", source="admin", page="a page"),
        AccessedEmployee.objects.create(access=look, employee_id=669),
        AccessErasure.objects.create(accessed_id=99, user_name="ana", reason="asked"),
        EmployeeImport.objects.create(way="command", complete=True, **IMPORTED),
        LoginRecovery.objects.create(remedy="unlock", login="ana", reason="asked"),
        LogCheck.objects.create(
            **dict.fromkeys(["rows", "seals", "waiting", "findings"], 1),
            has_keys=True,
            has_anchor=True,
        ),
    ]
    return {row._meta.db_table: row for row in rows}


def test_every_log_is_locked(logs):
    assert logs.keys() == TABLES
    assert triggers.missing(connection) == []


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE {table} SET "{key}" = "{key}"',
        'DELETE FROM {table} WHERE "{key}" = {pk}',
        "DELETE FROM {table}",
    ],
)
def test_sql_changes_and_removes_nothing(logs, table, statement):
    row = logs[table]
    key = row._meta.pk.column
    sql = statement.format(table=table, key=key, pk=row.pk)

    with pytest.raises(DatabaseError, match=f"{table} is {REFUSED}"):
        execute(sql)

    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_truncate_empties_nothing(logs, table):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")

    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f"TRUNCATE {table} CASCADE")


def columns() -> str:
    return ", ".join(f'"{field.column}"' for field in Prediction._meta.concrete_fields)


def copied(changes: str) -> str:
    """A SELECT of the row with some columns as other literals: `threshold=0.1`."""
    name, _, literal = changes.partition("=")
    return ", ".join(
        literal if field.column == name else f'"{field.column}"'
        for field in Prediction._meta.concrete_fields
    )


@pytest.mark.parametrize("how", ["INSERT OR REPLACE", "REPLACE"])
def test_sqlite_replaces_nothing(row, how):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own words")
    select = copied("request_id='forged'")

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(
            f"{how} INTO predictions ({columns()}) SELECT {select} FROM predictions"
        )

    assert Prediction.objects.get().request_id != "forged"


def test_sqlite_replaces_nothing_by_way_of_a_batch_row_either(log_row):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own words")
    row = log_row(batch_id="00000000-0000-0000-0000-000000000001", batch_row=1)

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(
            f"INSERT OR REPLACE INTO predictions ({columns()}) "
            f"SELECT {copied('id=77')} FROM predictions"
        )

    assert Prediction.objects.get() == row


@pytest.mark.parametrize(  # where the key is no other name of the rowid
    "table", ["prediction_erasures", "prediction_seal_rows", "prediction_seals"]
)
def test_sqlite_replaces_nothing_by_the_hidden_rowid_either(logs, table):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own words")
    row = logs[table]
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    key = row._meta.pk.column

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(
            f'INSERT OR REPLACE INTO {table} (rowid, "{key}", {names}) '
            f"SELECT rowid, 777777, {names} FROM {table} "
            f'WHERE "{key}" = {row.pk}'
        )

    assert type(row).objects.filter(pk=row.pk).exists()


def test_an_upsert_changes_nothing(row):
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(
            f"INSERT INTO predictions ({columns()}) SELECT {columns()} "
            "FROM predictions WHERE true "
            "ON CONFLICT (id) DO UPDATE SET request_id = 'forged'"
        )


def test_loaddata_over_a_row_changes_nothing(row, tmp_path):
    call_command("dumpdata", "predictions.prediction", output=str(tmp_path / "p.json"))
    fixture = json.loads((tmp_path / "p.json").read_text())
    fixture[0]["fields"]["request_id"] = "forged"
    (tmp_path / "p.json").write_text(json.dumps(fixture))

    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        call_command("loaddata", str(tmp_path / "p.json"), verbosity=0)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: Prediction._base_manager.update(threshold=0.1),
        lambda row: Prediction._base_manager.filter(pk=row.pk).delete(),
        lambda row: Prediction._base_manager.bulk_update([row], ["threshold"]),
        lambda row: super(Prediction, row).save_base(raw=True, force_update=True),
    ],
    ids=["update", "delete", "bulk_update", "save_base"],
)
def test_the_managers_below_change_nothing(row, tamper):
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        tamper(row)


# Erasure

EMPTIED = "input_payload = NULL, payload_salt = NULL, employee_id = NULL"


@pytest.fixture
def to_be_erased(row) -> Prediction:
    Erasure.objects.create(prediction_id=row.pk, user_name="ana", reason="art. 17")
    return row


def test_an_erasure_on_record_empties_what_may_be_erased(to_be_erased):
    execute(f"UPDATE predictions SET {EMPTIED} WHERE id = %s", to_be_erased.pk)

    found = Prediction.objects.get()
    assert (found.input_payload, found.payload_salt, found.employee_id) == (None,) * 3
    assert found.payload_digest == to_be_erased.payload_digest


@pytest.mark.parametrize(
    "changes",
    [
        "input_payload = NULL, payload_salt = NULL",
        "employee_id = NULL",
        f"{EMPTIED}, threshold = 0",
        f"{EMPTIED}, request_id = 'forged'",
        f"{EMPTIED}, payload_digest = 'forged'",
        "input_payload = '{}', payload_salt = '00', employee_id = 1",
    ],
)
def test_an_erasure_touches_nothing_else_and_nothing_by_half(to_be_erased, changes):
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f"UPDATE predictions SET {changes} WHERE id = %s", to_be_erased.pk)


def test_without_an_erasure_on_record_nothing_is_emptied(row):
    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f"UPDATE predictions SET {EMPTIED}")


def test_a_table_of_the_sessions_own_does_not_pass_for_the_record(row):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL looks into temporary tables first")
    execute("CREATE TEMPORARY TABLE prediction_erasures (prediction_id bigint)")
    execute("INSERT INTO pg_temp.prediction_erasures VALUES (%s)", row.pk)

    with pytest.raises(DatabaseError, match=REFUSED):
        execute(f"UPDATE predictions SET {EMPTIED}")

    execute("DROP TABLE pg_temp.prediction_erasures")


# Put back, and looked for


def drop_one() -> None:
    if connection.vendor == "postgresql":
        execute("DROP TRIGGER predictions_no_change ON predictions")
    else:
        execute("DROP TRIGGER predictions_no_update")


def weaken_one() -> None:
    if connection.vendor == "postgresql":
        execute("ALTER TABLE predictions DISABLE TRIGGER predictions_no_change")
    else:
        execute("DROP TRIGGER predictions_no_update")
        execute(
            "CREATE TRIGGER predictions_no_update BEFORE UPDATE ON predictions "
            "WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END"
        )


def rewrite_one() -> None:
    if connection.vendor == "postgresql":
        execute(
            "CREATE OR REPLACE FUNCTION predictions_append_only() RETURNS trigger "
            "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        )
    else:
        weaken_one()


def found_by_the_check() -> list[str]:
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return [message.msg for message in found if message.id == "predictions.E001"]


@pytest.mark.django_db
@pytest.mark.parametrize("harm", [drop_one, weaken_one, rewrite_one])
def test_a_missing_trigger_is_seen_and_the_next_migrate_puts_it_back(harm):
    harm()

    [message] = found_by_the_check()

    assert "Table predictions lacks its triggers" in message
    call_command("migrate", verbosity=0, skip_checks=False)  # as from a shell
    assert found_by_the_check() == []


def test_a_table_that_a_migration_made_anew_is_locked_again(committing):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite makes tables anew")
    field = Prediction._meta.get_field("request_id")
    wider = field.clone()
    wider.max_length = 80
    wider.set_attributes_from_name("request_id")
    wider.model = Prediction
    with connection.schema_editor() as editor:
        editor._remake_table(Prediction, alter_fields=[(field, wider)])
    assert triggers.missing(connection) == ["predictions"]

    call_command("migrate", verbosity=0)

    assert triggers.missing(connection) == []
