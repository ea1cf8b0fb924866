"""A PostgreSQL as compose's: docker/postgres-init.sh made its roles, with passwords."""

import os
import subprocess

import psycopg

from tests.postgres_cluster import Cluster
from tests.server import ROOT

OWNER_PASSWORD = "TheOwnersWord1"
APP_PASSWORD = "TheWordOfTheRoleThatServes2"


class RolesCluster(Cluster):
    def __init__(self) -> None:
        super().__init__()
        by_password = "host all technova_owner,technova_app all scram-sha-256\n"
        access = self.data / "pg_hba.conf"
        access.write_text(by_password + access.read_text())
        self.stop("fast")
        self.start()
        self.create("technova")
        self.init("technova")

    def create(self, database: str) -> None:
        self.psql("--command", f'CREATE DATABASE "{database}"')

    def psql(self, *arguments: str) -> str:
        command = ["psql", "-XAtq", "-U", "postgres", *arguments]
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def init(self, database: str, **changes: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "POSTGRES_DB": database,
            "OWNER_PASSWORD": OWNER_PASSWORD,
            "APP_PASSWORD": APP_PASSWORD,
        }
        return subprocess.run(
            [ROOT / "docker" / "postgres-init.sh"],
            env={**self.environment(), **variables, **changes},
            capture_output=True,
            text=True,
        )

    def url_in(self, database: str) -> str:
        """As the owner of the cluster."""
        return self.url.removesuffix("postgres") + database

    def rows_in(self, database: str, query: str) -> list[tuple]:
        with psycopg.connect(self.url_in(database)) as connection:
            return connection.execute(query, ()).fetchall()

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
        }

    def url_of(self, role: str, password: str, database: str = "technova") -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"
