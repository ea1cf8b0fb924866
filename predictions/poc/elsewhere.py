"""What to do where the database of this service is that of the proof of concept."""

import shlex
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from predictions.database import seed_tables

MANAGE = ".venv/bin/python manage.py"  # as all of the guide, from the project's folder
SECRET = ("password", "sslpassword")


def remedy(connection: BaseDatabaseWrapper) -> str:
    """Why nothing may be migrated here, and the commands instead; empty if it may."""
    found = seed_tables.found(connection)
    if not found:
        return ""
    at = connection.settings_dict
    new = _new_name(at["NAME"])
    vendor, word = connection.vendor, "PASSWORD"
    serving: list[str] = []
    granting: list[str] = []
    if connection.alias == "owner":
        serves = connections["default"].settings_dict
        serving = [f"export DATABASE_URL={_url(vendor, serves, new, word)}"]
        word = "OWNER_PASSWORD"
        if serves["USER"] != at["USER"]:
            role = shlex.quote(serves["USER"])
            granting = [f"{MANAGE} grant_runtime_role {role}"]
    migrating = "DATABASE_OWNER_URL" if serving else "DATABASE_URL"
    sentence = _(
        "This database, %(name)s, holds the tables of the proof of concept "
        "(%(tables)s). Nothing was changed. This service needs a database of its own, "
        "into which it copies them. From the project's folder:"
    )
    said = sentence % {"name": at["NAME"], "tables": ", ".join(found)}
    commands = [
        *_createdb(vendor, at, new),
        # Not as an option of a command, where everybody could read its password.
        f"export OLD_DATABASE_URL={_url(vendor, at, at['NAME'], word)}",
        *serving,
        f"export {migrating}={_url(vendor, at, new, word)}",
        f"{MANAGE} migrate",
        *granting,
        f"{MANAGE} bootstrap",
        f"{MANAGE} import_poc --from OLD_DATABASE_URL",
    ]
    written = "\n".join(f"  {command}" for command in commands)
    where = _(
        "Write the new addresses into .env as well. import_poc reads the old "
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
    # Only here: on SQLite it need not be installed.
    from psycopg.conninfo import make_conninfo

    names = {"host": "HOST", "port": "PORT", "user": "USER", "dbname": "NAME"}
    place: dict[str, Any] = {word: at[key] or None for word, key in names.items()}
    old = make_conninfo(**place, **_options(at))
    return [shlex.join(["createdb", "--maintenance-db", old, name])]


def _url(vendor: str, at: Mapping[str, Any], name: Any, password: str) -> str:
    """As a word for a shell, with the word `password` where there is one."""
    if vendor != "postgresql":
        return shlex.quote(f"sqlite:///{quote(str(name))}")
    login = quote(str(at["USER"]), safe="") + (f":{password}" if at["PASSWORD"] else "")
    address, path = _address(at), quote(str(name), safe="")
    if str(at["HOST"]).startswith("/"):  # a socket's folder
        path = f"{quote(at['HOST'])}/{path}"
    options = urlencode(_options(at), quote_via=quote)
    options = f"?{options}" if options else ""
    login = f"{login}@" if login else ""
    return shlex.quote(f"postgresql://{login}{address}/{path}{options}")


def _address(at: Mapping[str, Any]) -> str:
    """Of one host or of several, each with a port where it has one."""
    hosts = [] if str(at["HOST"]).startswith("/") else str(at["HOST"]).split(",")
    pairs = zip_longest(hosts, str(at["PORT"]).split(","), fillvalue="")
    return ",".join(
        (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        for host, port in pairs
    )


def _options(at: Mapping[str, Any]) -> dict[str, Any]:
    options = at.get("OPTIONS", {})
    return {name: value for name, value in options.items() if name not in SECRET}
