"""The version before lives with a database that this one has migrated.

So a new version is taken back by starting the old one, without a backup: columns that
the old one doesn't know are filled by the database, and none that it knows is gone.
"""

import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

from predictions.monitoring.readiness import known_migrations

SINCE = ("predictions", "0012_key_created_by")
"""The rule is kept from here on; later ones of either app are looked at."""

HARMLESS = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RunPython,  # which may add; what it takes away nobody can tell from here
)


def later() -> list[migrations.Migration]:
    loader = MigrationLoader(None)
    before = set(loader.graph.forwards_plan(SINCE))
    before |= set(loader.graph.forwards_plan(("attrition", "0004_imports_are_read")))
    ours = known_migrations() - before
    return [
        loader.disk_migrations[key]
        for key in sorted(ours)
        if key[0] in ("attrition", "predictions")
    ]


def is_harmless(operation: object) -> bool:
    if isinstance(operation, HARMLESS):
        return True
    if isinstance(operation, migrations.AddField | migrations.AlterField):
        field = operation.field
        return field.many_to_many or field.null or field.has_db_default()
    return False


@pytest.mark.parametrize("migration", later(), ids=str)
def test_the_version_before_can_live_with_a_migration(migration):
    assert [one for one in migration.operations if not is_harmless(one)] == []


def test_the_rule_notices_what_the_version_before_could_not_live_with():
    from django.db import models

    name = models.CharField(max_length=10)
    for operation in (
        migrations.AddField("batch", "name", name),
        migrations.RemoveField("batch", "name"),
        migrations.RenameField("batch", "name", "title"),
        migrations.DeleteModel("batch"),
    ):
        assert not is_harmless(operation)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("predictions_apikey", {"created_by", "revoked_by", "revocation_reason"}),
        ("prediction_batches", {"cancelled_by"}),
    ],
)
def test_what_the_version_before_does_not_write_the_database_fills(table, columns):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE "
                "table_name = %s AND column_default IS NOT NULL",
                [table],
            )
            found = {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute(f"PRAGMA table_info({table})")
            found = {row[1] for row in cursor.fetchall() if row[4] is not None}

    assert columns <= found
