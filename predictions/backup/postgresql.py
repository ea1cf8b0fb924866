"""A PostgreSQL by its own programs: pg_dump and pg_restore."""

import os
import subprocess
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from predictions.backup.counting import row_counts
from predictions.backup.manifest import BackupRefused


def dump(connection: BaseDatabaseWrapper, file: Path) -> dict[str, int]:
    """Write the database as of one moment; how many rows each table had then."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            [snapshot] = cursor.fetchone()
        counts = row_counts(connection)
        options = ["--format", "custom", "--snapshot", snapshot, "--file", str(file)]
        _run(connection, "pg_dump", *options)
    return counts


def put_back(connection: BaseDatabaseWrapper, file: Path) -> None:
    """All of it or nothing. Who owns the tables is who does this; who may what, migrate
    says afterwards."""
    options = ["--exit-on-error", "--single-transaction", "--no-owner"]
    options += ["--no-privileges", "--dbname", str(connection.settings_dict["NAME"])]
    _run(connection, "pg_restore", *options, str(file))


def _run(connection: BaseDatabaseWrapper, program: str, *options: str) -> None:
    # As Django starts psql: with the password in the environment, where `ps` is blind.
    command, secrets = connection.client.settings_to_cmd_args_env(
        connection.settings_dict, options
    )
    words = [program, *command[1:]]
    if program == "pg_restore":
        words.pop()  # the database's name, which it takes as the file's
    try:
        done = subprocess.run(
            words, env={**os.environ, **(secrets or {})}, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        text = _("%(program)s is not installed: install PostgreSQL's client programs.")
        raise BackupRefused(text % {"program": program}) from error
    if done.returncode != 0:
        # The first line says what is wrong; those behind it can hold a row.
        first = done.stderr.strip().partition("\n")[0]
        raise BackupRefused(first or f"{program}: {done.returncode}")
