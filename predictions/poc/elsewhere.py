"""What to do where the database of this service is that of the proof of concept."""

from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from predictions.database import seed_tables


def remedy(connection: BaseDatabaseWrapper) -> str:
    """Why nothing may be migrated here, and the commands instead; empty if it may."""
    found = seed_tables.found(connection)
    if not found:
        return ""
    at = connection.settings_dict
    new = _new_name(at["NAME"])
    sentence = _(
        "This database, %(name)s, holds the tables of the proof of concept "
        "(%(tables)s). Nothing was changed. This service needs a database of its own, "
        "into which it copies them:"
    )
    said = sentence % {"name": at["NAME"], "tables": ", ".join(found)}
    commands = [
        *_createdb(connection.vendor, at, new),
        f"export DATABASE_URL={_url(connection.vendor, at, new)}",
        "manage.py migrate",
        "manage.py bootstrap",
        f"manage.py import_poc --from {_url(connection.vendor, at, at['NAME'])}",
    ]
    written = "\n".join(f"  {command}" for command in commands)
    where = _(
        "Write the new DATABASE_URL into .env as well. import_poc reads the old "
        "database and changes nothing in it; --dry-run shows first what it would do. "
        "docs/from-the-proof-of-concept.md has every step."
    )
    return f"{said}\n{written}\n{where}"


def _new_name(name: Any) -> str:
    stem, dot, ending = str(name).rpartition(".")
    return f"{stem}_2.{ending}" if dot and "/" not in ending else f"{name}_2"


def _createdb(vendor: str, at: Mapping[str, Any], name: str) -> list[str]:
    if vendor != "postgresql":
        return []
    host, port = at["HOST"] or "localhost", at["PORT"] or 5432
    user = f" --username {at['USER']}" if at["USER"] else ""
    return [f"createdb --host {host} --port {port}{user} {name}"]


def _url(vendor: str, at: Mapping[str, Any], name: Any) -> str:
    """With the word PASSWORD where there is one."""
    if vendor != "postgresql":
        return f"sqlite:///{name}"
    login = str(at["USER"]) + (":PASSWORD" if at["PASSWORD"] else "")
    address = f"{at['HOST'] or 'localhost'}:{at['PORT'] or 5432}"
    mode = at.get("OPTIONS", {}).get("sslmode")
    mode = f"?sslmode={mode}" if mode else ""
    return f"postgresql://{login}{'@' if login else ''}{address}/{name}{mode}"
