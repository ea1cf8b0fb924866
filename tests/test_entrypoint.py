"""The entrypoint as the image starts it: another user, read-only files, its volume."""

import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import brokers, image
from tests.factories import seed_features
from tests.image import Container
from tests.postgres_cluster import needs_postgres
from tests.roles_cluster import APP_PASSWORD, OWNER_PASSWORD, RolesCluster
from tests.server import until

pytestmark = [image.needed, pytest.mark.long]
PORT = 7860


@pytest.fixture(scope="module")
def app() -> Iterator[Path]:
    with image.open_folder() as folder:
        yield image.build(folder)


@pytest.fixture
def data() -> Iterator[Path]:
    with image.open_folder() as folder:
        yield image.data_folder(folder)


class Database:
    """One of the two: how it is named to the container, asked and kept busy."""

    def __init__(
        self,
        variables: dict[str, str],
        rows: Callable[[str], list[tuple]],
        busy: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.variables, self.rows, self.busy = variables, rows, busy


def in_a_file(data: Path) -> Database:
    file = data / "technova.sqlite3"

    def rows(query: str) -> list[tuple]:
        with closing(sqlite3.connect(file)) as database:
            return database.execute(query).fetchall()

    @contextmanager
    def busy() -> Iterator[None]:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
            database.execute("ROLLBACK")

    return Database({}, rows, busy)


def with_two_roles(cluster: RolesCluster) -> Database:
    variables = {
        "DATABASE_URL": cluster.url_of("technova_app", APP_PASSWORD),
        "DATABASE_OWNER_URL": cluster.url_of("technova_owner", OWNER_PASSWORD),
    }

    @contextmanager
    def busy() -> Iterator[None]:
        with psycopg.connect(cluster.url_in("technova")) as owner:
            owner.execute("LOCK TABLE predictions IN SHARE MODE")
            yield
            owner.rollback()

    return Database(variables, lambda query: cluster.rows_in("technova", query), busy)


@pytest.fixture(
    params=["SQLite", pytest.param("PostgreSQL", marks=needs_postgres)],
)
def database(request, data) -> Iterator[Database]:
    if request.param == "SQLite":
        yield in_a_file(data)
        return
    cluster = RolesCluster()
    yield with_two_roles(cluster)
    cluster.remove()


@contextmanager
def started(*arguments, **variables) -> Iterator[Container]:
    container = Container(*arguments, **variables)
    try:
        yield container
    finally:
        container.end()


def ask(container: Container) -> dict:
    return container.call("/predict", {"features": seed_features()})


def free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_first_answer_and_an_end_that_finishes_what_was_asked(
    app, data, database, record_property
):
    begun = time.monotonic()
    port = PORT if free(PORT) else 0
    with started(app, data, port=port, **database.variables) as container:
        first = ask(container.ready())
        record_property("first answer", f"{time.monotonic() - begun:.1f} s")

        with ThreadPoolExecutor() as pool:
            with database.busy():
                asked = pool.submit(ask, container)
                time.sleep(1)  # it waits for the database now
                container.process.terminate()
                time.sleep(1)
                assert container.process.poll() is None
            second = asked.result(timeout=30)
        code = container.process.wait(timeout=60)

    assert code == 0
    assert first["stored"]
    found = database.rows("SELECT id FROM predictions ORDER BY id")
    assert found == [(first["db_id"],), (second["db_id"],)]
    assert "Traceback" not in container.said()


def test_two_at_once_start_cleanly_and_make_everything_once(app, data, database):
    with (
        started(app, data, **database.variables) as one,
        started(app, data, **database.variables) as other,
    ):
        answers = [ask(one.ready()), ask(other.ready())]

    said = one.said() + other.said()
    assert "Traceback" not in said
    assert said.count("may do everything") == 1
    assert database.rows("SELECT count(*) FROM auth_group") == [(4,)]
    assert database.rows("SELECT count(*) FROM auth_user") == [(3,)]
    assert database.rows("SELECT count(*) FROM predictions_apikey") == [(1,)]
    assert sorted(database.rows("SELECT id FROM predictions")) == sorted(
        (answer["db_id"],) for answer in answers
    )


def test_started_again_it_changes_nothing_and_loses_nothing(app, data, database):
    with started(app, data, **database.variables) as container:
        answer = ask(container.ready())
    key = (data / "SECRET_KEY").read_text()
    applied = database.rows("SELECT count(*) FROM django_migrations")

    with started(app, data, **database.variables) as container:
        [row] = container.ready().call("/history")

    assert row["id"] == answer["db_id"]
    assert (data / "SECRET_KEY").read_text() == key
    assert (data / "SECRET_KEY").stat().st_mode & 0o777 == 0o600
    assert database.rows("SELECT count(*) FROM django_migrations") == applied


@needs_postgres
def test_what_serves_has_neither_the_owners_url_nor_its_rights(app, data):
    cluster = RolesCluster()
    try:
        database = with_two_roles(cluster)
        with started(app, data, **database.variables) as container:
            ask(container.ready())
            processes = [container.process.pid, *container.workers()]
            seen = b"".join(
                Path(f"/proc/{pid}/environ").read_bytes() for pid in processes
            )
            users = database.rows(
                "SELECT DISTINCT usename FROM pg_stat_activity"
                " WHERE usename LIKE 'technova%%'"
            )
    finally:
        cluster.remove()

    assert b"DATABASE_URL=" in seen
    assert b"OWNER" not in seen
    assert b"API_KEY" not in seen
    assert users == [("technova_app",)]


def test_nothing_is_written_but_to_the_volume(app, data):
    before = {path: path.stat().st_mtime for path in app.rglob("*")}

    with started(app, data, SUMMARISE_EVERY="1") as container:
        ask(container.ready())

    assert {path: path.stat().st_mtime for path in app.rglob("*")} == before
    kinds = {path.name.partition(".")[0] for path in data.iterdir()}
    assert kinds == {"SECRET_KEY", "technova"}


def test_a_log_on_no_volume_is_a_loud_warning_and_is_served(app, data):
    with started(app, data) as container:
        assert ask(container.ready())["stored"]

    assert "THE LOG WILL BE LOST" in container.said()


def test_it_ends_at_once_while_it_waits_for_its_database(app, data):
    url = "postgresql://technova@127.0.0.1:1/nowhere"
    with started(app, data, DATABASE_URL=url) as container:
        until(lambda: "Waiting for" in container.said())
        container.process.terminate()

        assert container.process.wait(timeout=10) == 143


def test_a_sealer_of_its_own_seals_what_the_server_answers(app, data):
    anchor = data / "anchors.jsonl"
    with (
        started(app, data, SEAL_EVERY="0") as server,
        started(app, data, "sealer", "--anchor", str(anchor), SEAL_EVERY="1") as sealer,
    ):
        ask(server.ready())
        until(anchor.exists)
        sealer.process.terminate()

        assert sealer.process.wait(timeout=30) == 0
    assert json.loads(anchor.read_text())["rows"] == 1
    assert "Traceback" not in sealer.said()


def test_a_worker_waits_for_the_tables_and_then_for_batches(app, data, tmp_path):
    with (
        brokers.redis(tmp_path) as broker,
        started(app, data, "worker", "--concurrency", "1", **broker) as worker,
    ):
        until(lambda: "its tables are not there yet" in worker.said())
        with started(app, data, **broker) as server:
            server.ready()
            until(lambda: "ready." in worker.said())
            worker.process.terminate()

            assert worker.process.wait(timeout=30) == 0
