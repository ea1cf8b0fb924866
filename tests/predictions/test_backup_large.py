"""A large log on PostgreSQL: backed up, destroyed, put back, verified, served again.

By the commands alone, with an owner and a role that serves. The figures stand at the
end of pytest's output. `ROWS` takes another number of rows than 100,000.
"""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import measured, own_database, shipped
from tests.log_rows import fill
from tests.measured import Run
from tests.predictions.test_seals import KEY

ROWS = int(os.environ.get("ROWS") or 100_000)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("pg_dump"), reason="pg_dump is not installed"),
]


class Place:
    """A database, its two roles, its releases and its anchor."""

    def __init__(self, name: str, role: str, folder: Path) -> None:
        self.name, self.role, self.folder = name, role, folder
        self.owner_url = own_database.url(name)
        self.url = self.owner_url.replace("://postgres", f"://{role}", 1)
        self.releases = folder / "ml_artifacts"
        self.anchor = str(folder / "anchor")
        self.backup = str(folder / "backup")
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.url,
            "DATABASE_OWNER_URL": self.owner_url,
            "MODEL_DIR": str(self.releases),
            "SEAL_SIGNING_KEY": KEY,
            "LANGUAGE_CODE": "en",
        }

    def manage(self, *arguments: str) -> Run:
        run = measured.manage(self.folder, self.environment, *arguments)
        assert run.code == 0, run.out
        return run


@pytest.fixture
def place(template_database, django_db_blocker, tmp_path) -> Iterator[Place]:
    if connection.vendor != "postgresql":
        pytest.skip("DATABASE_URL names no PostgreSQL")
    role = f"technova_{uuid.uuid4().hex[:8]}"
    with (
        django_db_blocker.unblock(),
        own_database.copied(connection.vendor, template_database, tmp_path) as name,
    ):
        found = Place(name, role, tmp_path)
        shutil.copytree(shipped.FOLDER, found.releases)
        try:
            found.manage("grant_runtime_role", role)
            with own_database.using(name):
                fill(ROWS)
            yield found
        finally:
            with psycopg.connect(found.owner_url) as owner:
                owner.execute(f"DROP OWNED BY {role}")
            own_database.run_on_server(f"DROP ROLE {role}")


def destroy(place: Place) -> None:
    """Everything but the backup, the anchor and the role's name."""
    own_database.run_on_server(
        f"DROP DATABASE {place.name} WITH (FORCE)", f"CREATE DATABASE {place.name}"
    )
    shutil.rmtree(place.releases)


def refused(url: str, statement: str) -> str:
    with (
        pytest.raises(psycopg.Error) as caught,
        psycopg.connect(url, autocommit=True) as connected,
    ):
        connected.execute(statement)
    return str(caught.value)


def test_what_was_destroyed_is_back_and_verified(place, record_property):
    sealed = place.manage("seal_log", "--anchor", place.anchor)
    assert f"Rows sealed: {ROWS}." in sealed.out

    made = place.manage("backup_log", place.backup, "--anchor", place.anchor)
    destroy(place)
    restored = place.manage("restore_log", place.backup)

    files = filter(Path.is_file, Path(place.backup).rglob("*"))
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    record_property("backed up", f"{made.figures(ROWS)}; {megabytes:.0f} MB of files")
    record_property("put back and verified", restored.figures(ROWS))
    assert f"{ROWS} rows and " in restored.out
    assert "Nothing is wrong." in restored.out
    assert "lacks its triggers" not in restored.out
    assert "Without --anchor" not in restored.out
    update = "UPDATE predictions SET threshold = 0.5 WHERE id = 1"
    assert "permission denied" in refused(place.url, update)
    assert "append-only" in refused(place.owner_url, update)
    place.manage("bootstrap", "--demo")
    place.manage("score_employee", "669")  # as the role that serves
    place.manage("seal_log", "--anchor", place.anchor)
    verified = place.manage("verify_log", "--anchor", place.anchor)
    assert f"{ROWS + 1} rows and " in verified.out
