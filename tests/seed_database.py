"""A database as the proof of concept made it, with rows as it wrote them."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import own_database
from tests.factories import SEED, seed_features

POSTGRESQL = """
CREATE TABLE IF NOT EXISTS employees (
  employee_id INTEGER PRIMARY KEY,
  features JSONB NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS predictions (
  id BIGSERIAL PRIMARY KEY,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  employee_id INTEGER REFERENCES employees(employee_id),
  input_payload JSONB NOT NULL,
  proba_depart DOUBLE PRECISION NOT NULL,
  prediction INTEGER NOT NULL,
  threshold DOUBLE PRECISION NOT NULL,
  model_version TEXT NOT NULL
);
"""
SQLITE = """
CREATE TABLE employees (
  employee_id INTEGER PRIMARY KEY, features TEXT, created_at TEXT
);
CREATE TABLE predictions (
  id INTEGER PRIMARY KEY, created_at TEXT, employee_id INTEGER, input_payload TEXT,
  proba_depart REAL, prediction INTEGER, threshold REAL, model_version TEXT
);
"""
# What a database without the seed's NOT NULLs may hold besides.
LOOSE = "\n".join(
    f"ALTER TABLE predictions ALTER COLUMN {name} DROP NOT NULL;"
    for name in ("created_at", "input_payload", "proba_depart", "model_version")
)

WHEN = "2026-02-03 10:11:12.345678+00:00"


def person(employee_id: int, **changes: Any) -> tuple[Any, ...]:
    return employee_id, _json(seed_features() | changes), WHEN


def answer(number: int, **changes: Any) -> tuple[Any, ...]:
    """One answer; the old service filled what was missing with nulls."""
    usual: dict[str, Any] = {
        "created_at": WHEN,
        "employee_id": None,
        "input_payload": seed_features() | {"bonus_inconnu": None},
        "proba_depart": 0.7300000000000001,
        "prediction": 1,
        "threshold": 0.5,
        "model_version": "logreg_v1",
    }
    row = usual | changes
    row["input_payload"] = _json(row["input_payload"])
    return number, *row.values()


def _json(document: Any) -> Any:
    """Texts stay as they are: they may be no JSON at all."""
    is_text = document is None or isinstance(document, str)
    return document if is_text else json.dumps(document)


def the_usual() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Eight people and some answers, one number of which was rolled back."""
    people = [
        (row["pk"], _json(row["fields"]["features"]), WHEN)
        for row in json.loads(SEED.read_text(encoding="utf-8"))
    ]
    answers = [
        answer(1),
        answer(2, employee_id=669),
        answer(4, employee_id=669, proba_depart=0.25, prediction=0),
        answer(5, employee_id=people[0][0], threshold=0.32, created_at=WHEN[:-6]),
    ]
    return people, answers


class OldDatabase:
    """`url` as the old service's .env named it."""

    def __init__(self, url: str, vendor: str) -> None:
        self.url = url
        self._vendor = vendor

    def fill(
        self, people: Sequence[Sequence[Any]], answers: Sequence[Sequence[Any]]
    ) -> None:
        if people:
            self.run("INSERT INTO employees VALUES (%s, %s, %s)", people)
        if answers:
            places = ", ".join(["%s"] * 8)
            self.run(f"INSERT INTO predictions VALUES ({places})", answers)

    def run(self, statement: str, rows: Sequence[Sequence[Any]] = ()) -> None:
        if self._vendor == "sqlite":
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as file:
                if rows:
                    file.executemany(statement.replace("%s", "?"), rows)
                else:
                    file.executescript(statement)
                file.commit()
            return
        with psycopg.connect(self.url.replace("+psycopg", "")) as connection:
            if rows:
                connection.cursor().executemany(statement, rows)
            else:
                connection.execute(statement)


@contextmanager
def of_seed(vendor: str, folder: Path, name: str) -> Iterator[OldDatabase]:
    """An empty one, dropped at the end; on the suite's PostgreSQL, or a file."""
    if vendor == "sqlite":
        found = OldDatabase(f"sqlite:///{folder / name}.sqlite3", vendor)
        found.run(SQLITE)
        yield found
        return
    own_database.run_on_server(f"CREATE DATABASE {name}")
    try:
        url = own_database.url(name).replace("postgresql:", "postgresql+psycopg:")
        found = OldDatabase(url, vendor)
        found.run(POSTGRESQL)
        yield found
    finally:
        own_database.run_on_server(f"DROP DATABASE {name} WITH (FORCE)")
