"""URLs in the environment. They hold passwords: none is ever quoted."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from technova.env import text

REDIS = re.compile(r"rediss?://[^/\s]+(/\d*)?")
BROKER = re.compile(r"(rediss?://[^/\s]+(/\d*)?|amqps?://[^/\s]+(/\S*)?)")
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def broker(name: str) -> str:
    """Return the URL of a message broker; empty when the variable is not set."""
    url = text(name, "")
    if url and not (BROKER.fullmatch(url) and _has_an_address(url)):
        raise ImproperlyConfigured(
            f"{name} is not a broker's URL: write redis://HOST:6379/0 or "
            "amqp://USER:PASSWORD@HOST:5672//, or leave it empty."
        )
    return url


def redis(name: str) -> str:
    """Return the URL of a Redis; empty when the variable is not set."""
    url = text(name, "")
    if url and not (REDIS.fullmatch(url) and _has_an_address(url)):
        raise ImproperlyConfigured(
            f"{name} is not the URL of a Redis: write redis://HOST:6379/1, or leave it "
            "empty."
        )
    return url


def _has_an_address(url: str) -> bool:
    try:
        found = urlsplit(url)
        return bool(found.hostname) and found.port != 0
    except ValueError:  # a port beyond 65,535, or none at all
        return False


def database(name: str, default: str, folder: Path) -> dict:
    """Return Django's settings for the database URL of a variable."""
    return database_of(name, text(name, default), folder)


def database_of(name: str, url: str, folder: Path) -> dict:
    """Return Django's settings for one database URL; `name` is what it was given as.

    The seed wrote `postgresql+psycopg://`; it means the same here. A relative path of
    SQLite starts at `folder`, wherever a command is run.
    """
    scheme = url.partition(":")[0].lower()
    if scheme not in DATABASE_SCHEMES:
        raise ImproperlyConfigured(
            f"{name} must start with sqlite:///, postgresql:// or "
            "postgresql+psycopg://."
        )
    try:
        config = environ.Env.db_url_config(
            scheme.removesuffix("+psycopg") + url[len(scheme) :]
        )
        if scheme != "sqlite" and ("#" in url or re.search("[@:/]", config["NAME"])):
            raise ValueError  # a part of the password would pass for the name
    except (ValueError, ImproperlyConfigured):
        # The library's message would quote the URL, and with it the password.
        raise ImproperlyConfigured(
            f"{name} is not a database URL: write "
            "postgresql://USER:PASSWORD@HOST:5432/NAME, and percent-encode what is "
            "odd in the password (%40 for @, %2F for /)."
        ) from None
    if not config["NAME"]:
        raise ImproperlyConfigured(f"{name} does not name a database.")
    if options := config.get("OPTIONS"):
        _refuse_odd_options(name, scheme, options)
    if scheme == "sqlite" and config["NAME"] != ":memory:":
        config["NAME"] = str(folder / config["NAME"])
    return config


def _refuse_odd_options(name: str, scheme: str, options: dict) -> None:
    # Only here: it takes time to import, which a start on SQLite need not spend.
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    if scheme == "sqlite":
        raise ImproperlyConfigured(f"{name}: SQLite takes no options after a ?.")
    if options.get("sslmode", SSL_MODES[0]) not in SSL_MODES:
        raise ImproperlyConfigured(
            f"{name}: sslmode must be one of {', '.join(SSL_MODES)}."
        )
    try:
        make_conninfo(**options)
    except ProgrammingError:
        raise ImproperlyConfigured(
            f"{name} has an option after its ? that PostgreSQL does not know."
        ) from None
