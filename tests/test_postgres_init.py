"""docker/postgres-init.sh: two roles, of which one owns and the other serves."""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.postgres_cluster import needs_postgres
from tests.roles_cluster import APP_PASSWORD, OWNER_PASSWORD, RolesCluster
from tests.server import ROOT

pytestmark = needs_postgres


@pytest.fixture(scope="module")
def cluster():
    found = RolesCluster()
    yield found
    found.remove()


def enter(cluster: RolesCluster, role: str, password: str) -> None:
    psycopg.connect(
        host="127.0.0.1",
        port=cluster.port,
        user=role,
        password=password,
        dbname="technova",
    ).close()


@pytest.mark.parametrize(
    ("role", "password"),
    [("technova_owner", OWNER_PASSWORD), ("technova_app", APP_PASSWORD)],
)
def test_each_role_enters_with_its_password_and_with_no_other(cluster, role, password):
    enter(cluster, role, password)
    with pytest.raises(psycopg.OperationalError, match="password authentication"):
        enter(cluster, role, "guessed")


def test_no_role_may_more_than_it_needs(cluster):
    found = cluster.rows(
        "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication"
        " OR rolbypassrls, rolname = (SELECT rolname FROM pg_roles r JOIN pg_database"
        " ON r.oid = datdba WHERE datname = 'technova') FROM pg_roles"
        " WHERE rolname LIKE 'technova%%' ORDER BY rolname"
    )

    assert found == [("technova_app", False, False), ("technova_owner", False, True)]


def test_run_again_it_only_gives_the_passwords_anew(cluster):
    done = cluster.init("technova", APP_PASSWORD="AnotherWord3")
    try:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        enter(cluster, "technova_app", "AnotherWord3")
    finally:
        cluster.init("technova")


def test_the_owner_prepares_what_the_other_then_serves(cluster):
    environment = {
        **os.environ,
        "DATABASE_URL": cluster.url_of("technova_app", APP_PASSWORD),
        "DATABASE_OWNER_URL": cluster.url_of("technova_owner", OWNER_PASSWORD),
    }
    for _ in range(2):  # the second finds it done
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare", "--wait", "1"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr

    found = cluster.rows_in(
        "technova",
        "SELECT tableowner, has_table_privilege('technova_app', 'predictions',"
        " 'INSERT'), has_table_privilege('technova_app', 'predictions', 'UPDATE')"
        " FROM pg_tables WHERE tablename = 'predictions'",
    )
    assert found == [("technova_owner", True, False)]


def test_a_missing_password_is_named_and_nothing_is_made(cluster):
    done = cluster.init("technova", APP_PASSWORD="")

    assert done.returncode != 0
    assert "APP_PASSWORD" in done.stderr
    assert OWNER_PASSWORD not in done.stderr


@pytest.mark.parametrize("password", ["12/x@y", "two words", "o'clock", "a-b", "clé"])
@pytest.mark.parametrize("name", ["OWNER_PASSWORD", "APP_PASSWORD"])
def test_a_password_that_would_not_stand_in_a_url_is_refused(cluster, name, password):
    done = cluster.init("technova", **{name: password})

    assert done.returncode != 0
    assert "must be letters and digits" in done.stderr
    assert password not in done.stderr
    enter(cluster, "technova_owner", OWNER_PASSWORD)
    enter(cluster, "technova_app", APP_PASSWORD)


def test_no_password_stands_in_the_servers_log(cluster):
    log = (cluster.folder / "log").read_text()

    assert OWNER_PASSWORD not in log
    assert APP_PASSWORD not in log
