"""Reads the database of the proof of concept, and writes nothing into it.

All is read in one transaction, as it was at its beginning, and comes in chunks through
a cursor that PostgreSQL keeps: memory does not grow with the tables.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from django.utils.translation import gettext as _

from attrition.errors import AttritionError
from predictions.database import seed_tables
from technova import env_urls

CHUNK = 1_000
CONNECT_TIMEOUT = 10  # seconds
Config = dict[str, Any]


class SourceRefused(AttritionError):
    """Nothing can be copied from there; the text says why, without a password."""


class Person(NamedTuple):
    """A row of its `employees`; JSON and times as the database's text."""

    employee_id: Any
    features: Any
    created_at: Any


class Answer(NamedTuple):
    """A row of its `predictions`; JSON and times as the database's text."""

    id: Any
    created_at: Any
    employee_id: Any
    payload: Any
    proba_depart: Any
    prediction: Any
    threshold: Any
    model_version: Any


PEOPLE = (
    "SELECT employee_id, CAST(features AS text), CAST(created_at AS text) "
    "FROM employees ORDER BY employee_id"
)
ANSWERS = (
    "SELECT id, CAST(created_at AS text), employee_id, CAST(input_payload AS text), "
    "proba_depart, prediction, threshold, model_version FROM predictions ORDER BY id"
)


class Source:
    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def counts(self) -> tuple[int, int]:
        """Of people and of answers."""
        people, answers = (
            self._one(f"SELECT COUNT(*) FROM {table}") for table in seed_tables.COLUMNS
        )
        return people, answers

    def highest_answer(self, limit: int) -> int:
        """The highest number up to `limit`; 0 where there is none."""
        statement = "SELECT MAX(id) FROM predictions WHERE id <= %s"
        return self._one(statement, limit) or 0

    def people(self) -> Iterator[list[Person]]:
        for rows in self._chunks(PEOPLE):
            yield [Person(*row) for row in rows]

    def answers(self) -> Iterator[list[Answer]]:
        for rows in self._chunks(ANSWERS):
            yield [Answer(*row) for row in rows]

    def _one(self, statement: str, *values: Any) -> int:
        with _readable(self._connection), self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: int = cursor.fetchone()[0]
        return found

    def _chunks(self, statement: str) -> Iterator[list[tuple[Any, ...]]]:
        with _readable(self._connection), self._connection.chunked_cursor() as cursor:
            cursor.execute(statement)
            while rows := cursor.fetchmany(CHUNK):
                yield rows


@contextmanager
def opened(url: str) -> Iterator[Source]:
    """The database of this URL, if it is one of the proof of concept.

    Raises SourceRefused, as do the methods of what it gives.
    """
    config = _config(url)
    connection = ConnectionHandler({DEFAULT_DB_ALIAS: config})[DEFAULT_DB_ALIAS]
    try:
        with _readable(connection):
            connection.set_autocommit(False)
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                    )
            _check(connection)
        yield Source(connection)
    finally:
        connection.close()


def _config(url: str) -> Config:
    try:
        config: Config = env_urls.database_of("--from", url, Path.cwd())
    except ImproperlyConfigured as error:
        raise SourceRefused(str(error)) from None
    if any(_place(config) == _place(own) for own in connections.settings.values()):
        raise SourceRefused(
            _("--from names this service's own database, not the old one.")
        )
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("postgresql"):
        options.setdefault("connect_timeout", CONNECT_TIMEOUT)
        return config
    path = Path(config["NAME"])
    if not path.is_file():
        raise SourceRefused(_("There is no file %(path)s.") % {"path": path})
    # As it is, SQLite would make what is not there and may write what is.
    config["NAME"] = f"{path.resolve().as_uri()}?mode=ro"
    options["uri"] = True
    return config


def _place(config: Mapping[str, Any]) -> tuple[Any, ...]:
    if config["ENGINE"].endswith("sqlite3"):
        return ("sqlite", str(Path(config["NAME"]).resolve()))
    host = config["HOST"] or "localhost"
    host = "localhost" if host in ("127.0.0.1", "::1") else host
    schema = config.get("OPTIONS", {}).get("options", "")
    return ("postgresql", host, int(config["PORT"] or 5432), config["NAME"], schema)


def _check(connection: BaseDatabaseWrapper) -> None:
    if seed_tables.is_ours(connection):
        raise SourceRefused(
            _("--from names a database of this service, not of the proof of concept.")
        )
    missing = seed_tables.COLUMNS.keys() - seed_tables.found(connection)
    if missing:
        sentence = _(
            "--from names a database without the proof of concept's %(tables)s, or "
            "without all of their columns."
        )
        raise SourceRefused(sentence % {"tables": ", ".join(sorted(missing))})


@contextmanager
def _readable(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Turns what the database says into one line."""
    try:
        yield
    except Error as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        password = connection.settings_dict["PASSWORD"]
        said = said.replace(password, "…") if password else said
        sentence = _("The database of --from can't be read: %(said)s")
        raise SourceRefused(sentence % {"said": said}) from None
