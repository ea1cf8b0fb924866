"""The PostgreSQL role that serves: it may add to the logs and read them, no more.

Whatever breaks into the service can then answer, and can't change an answer. The owner
of the tables migrates, and renews the privileges each time.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from attrition.errors import AttritionError
from predictions.models import RuntimeRole
from predictions.models.append_only import AppendOnly

ADD_AND_READ = "INSERT, SELECT"
EVERYTHING_BUT_TRUNCATE = "INSERT, SELECT, UPDATE, DELETE"
READ = "SELECT"

# Roles of PostgreSQL's own by which one gets past all privileges.
PAST_PRIVILEGES = [
    "pg_execute_server_program",
    "pg_write_server_files",
    "pg_write_all_data",
]


class RoleRefused(AttritionError):
    """A role that must not serve; the text says why and what to do."""


def grant(connection: BaseDatabaseWrapper, role: str) -> bool:
    """Make the role where it is missing, give it what it needs and take the rest.

    Returns whether it was made. Raises RoleRefused; then nothing changed.
    """
    with transaction.atomic(using=connection.alias):
        check_it_can_be_had(connection, role)
        made = not _exists(connection, role)
        if made:
            _run(
                connection,
                "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
                "NOREPLICATION NOBYPASSRLS",
                role,
            )
        _check(connection, role)
        for statement in _statements(connection):
            _run(connection, statement, role)
        RuntimeRole.objects.using(connection.alias).get_or_create(name=role)
    return made


def check_it_can_be_had(connection: BaseDatabaseWrapper, role: str) -> None:
    """Raise RoleRefused where it is missing and this owner may not make it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolcreaterole FROM pg_roles "
            "WHERE rolname = current_user"
        )
        user, makes_roles = cursor.fetchone()
    if not makes_roles and not _exists(connection, role):
        raise RoleRefused(
            f"There is no role {role}, and {user} may not make one: a superuser does "
            f"(CREATE ROLE {role} LOGIN), then run this again."
        )


def renew(connection: BaseDatabaseWrapper) -> list[str]:
    """Give each role that was set up what new tables need; return their names."""
    if connection.vendor != "postgresql" or not _has_table(connection, RuntimeRole):
        return []
    names = RuntimeRole.objects.using(connection.alias).values_list("name", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        me = cursor.fetchone()[0]
    renewed = [name for name in names if name != me and _exists(connection, name)]
    for name in renewed:
        grant(connection, name)
    return renewed


def _check(connection: BaseDatabaseWrapper, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') AND ("
            "rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication "
            "OR rolbypassrls OR rolname = ANY(%s)) LIMIT 1",
            [role, PAST_PRIVILEGES],
        )
        if (found := cursor.fetchone()) is not None:
            raise RoleRefused(
                f"Role {role} is, or is a member of, {found[0]}, which may do more "
                "than serve (superuser, CREATEDB, CREATEROLE, REPLICATION, BYPASSRLS "
                "or the server's files): name another role, or alter this one."
            )
        cursor.execute(
            # The owner of the database, or of the schema, may drop what is in it.
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') AND ("
            "oid IN (SELECT datdba FROM pg_database WHERE datname = current_database())"
            " OR oid IN (SELECT nspowner FROM pg_namespace"
            " WHERE nspname = current_schema())"
            " OR rolname IN (SELECT tableowner FROM pg_tables"
            " WHERE schemaname = current_schema())) LIMIT 1",
            [role],
        )
        if (found := cursor.fetchone()) is not None:
            raise RoleRefused(
                f"Role {role} is, or is a member of, {found[0]}, who owns the tables, "
                "or what they are in, and could remove them: name another role."
            )


def _statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield "REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}"
    yield "REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC"
    # A temporary table is DDL too.
    yield "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM {role}, PUBLIC"
    yield "GRANT CONNECT ON DATABASE {database} TO {role}"
    yield "GRANT USAGE ON SCHEMA {schema} TO {role}"
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and _has_table(connection, model):
            table = f'{{schema}}."{model._meta.db_table}"'
            yield f"GRANT {_privileges(model)} ON {table} TO {{role}}"
    yield 'GRANT SELECT ON {schema}."django_migrations" TO {role}'
    yield "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"


def _privileges(model: type[models.Model]) -> str:
    if issubclass(model, AppendOnly):
        return ADD_AND_READ
    return READ if model is RuntimeRole else EVERYTHING_BUT_TRUNCATE


def _exists(connection: BaseDatabaseWrapper, role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def _has_table(connection: BaseDatabaseWrapper, model: type[models.Model]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f'"{model._meta.db_table}"'])
        return cursor.fetchone()[0] is not None


def _run(connection: BaseDatabaseWrapper, statement: str, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        cursor.execute(
            sql.SQL(statement).format(
                role=sql.Identifier(role),
                schema=sql.Identifier(schema),
                database=sql.Identifier(database),
            )
        )
