"""A database that a test may commit to and spoil: a copy of one that was migrated.

The suite's own is rolled back after each test, and its triggers forbid to empty it.
"""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections


@contextmanager
def using(name: str) -> Iterator[None]:
    """Django's default database is the one of this name, in every thread."""
    usual = connections["default"]
    settings = connections.settings["default"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings, "NAME", name)
        patch.setitem(settings, "TEST", {**settings["TEST"], "NAME": name})
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = usual


def url(name: str) -> str:
    """The DATABASE_URL of a database on the suite's PostgreSQL."""
    at = connections["default"].settings_dict
    login = f"{at['USER']}:{at['PASSWORD']}".rstrip(":")
    address = f"{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}"
    return f"postgresql://{login}@{address}/{name}"


def run_on_server(*statements: str) -> None:
    """As the owner of the cluster; for CREATE and DROP DATABASE."""
    with using("postgres"), connections["default"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def migrated(vendor: str, folder: Path) -> Iterator[str]:
    """The name of a migrated database, to be copied."""
    if vendor == "sqlite":
        name = str(folder / "template.sqlite3")
        with using(name):
            call_command("migrate", verbosity=0, skip_checks=True)
        yield name
        return
    name = f"technova_template_{uuid.uuid4().hex[:12]}"
    run_on_server(f"CREATE DATABASE {name}")
    try:
        with using(name):
            call_command("migrate", verbosity=0, skip_checks=True)
        yield name
    finally:
        run_on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def copied(vendor: str, template: str, folder: Path) -> Iterator[str]:
    """The name of a copy that is dropped at the end."""
    if vendor == "sqlite":
        name = str(folder / "own.sqlite3")
        shutil.copy(template, name)
        yield name
        return
    name = f"technova_own_{uuid.uuid4().hex[:12]}"
    run_on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        run_on_server(f"DROP DATABASE {name} WITH (FORCE)")
