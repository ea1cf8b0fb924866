"""Environment variables, read without polite guessing.

django-environ reads the files and the database's URL; what is here refuses what it
would let pass (``DEBUG=maybe`` is False to it) and always names the variable.
"""

import logging
import os
import re
from pathlib import Path
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

LINE = re.compile(r"(export )?[A-Za-z_0-9]+=.*|\s*(#.*)?")
BROKER = re.compile(r"(redis|rediss|amqp|amqps)://[^/\s]+(/\S*)?")
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")


def read_files(folder: Path) -> None:
    """Fill the environment from `.env.local` and `.env`, nearest first.

    What is already in the environment wins, then `.env.local`, then `.env`.
    `DOTENV=false` leaves both files alone (the test suite does).
    """
    if not flag("DOTENV", default=True):
        return
    # It would print a line that it can't read, and with it the secret it may hold.
    logging.getLogger("environ.environ").setLevel(logging.ERROR)
    for name in (".env.local", ".env"):
        if (folder / name).is_file():
            _refuse_odd_lines(folder / name)
            environ.Env.read_env(folder / name)


def _refuse_odd_lines(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not LINE.fullmatch(line):
            raise ImproperlyConfigured(f"{file}, line {number}: write NAME=value.")


def text(name: str, default: str | None = None) -> str:
    # Not through django-environ: a value that begins with $ is a reference to it.
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set: put it in the environment, .env.local or .env "
            "(.env.example says what it is for)."
        )
    return value


def secret(name: str, shortest: int, default: str | None = None) -> str:
    """Return a text that is long enough; one with a default may also be empty."""
    value = text(name, default)
    if value and len(value) < shortest:
        remedy = "use a longer one" + ("" if default is None else " or leave it empty")
        raise ImproperlyConfigured(
            f"{name} must have {shortest} characters or more: {remedy}."
        )
    return value


def secrets(name: str, shortest: int) -> list[str]:
    """Return a comma-separated list of texts, each of them long enough."""
    found = words(name)
    if any(len(value) < shortest for value in found):
        raise ImproperlyConfigured(
            f"{name} must have {shortest} characters or more in each part: leave the "
            "short ones out."
        )
    return found


def flag(name: str, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be 'true' or 'false'.")
    return value == "true"


def number(
    name: str, low: float, high: float, default: float | None = None
) -> float | None:
    """Return a number in [low, high]; `default` when the variable is not set."""
    value = text(name, "")
    if not value:
        return default
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not low <= found <= high:
        raise ImproperlyConfigured(
            f"{name} must be a number from {low} to {high}, not {value!r}."
        )
    return found


def whole(name: str, low: int, high: int, default: int) -> int:
    found = number(name, low, high, default)
    if found != int(found or 0):
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {low} to {high}."
        )
    return int(found or 0)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(allowed)}.")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    if value not in available_timezones():
        raise ImproperlyConfigured(f"{name} must be a time zone such as {default}.")
    return value


def broker(name: str) -> str:
    """Return the URL of a message broker; empty when the variable is not set."""
    url = text(name, "")
    if url and not BROKER.fullmatch(url):
        # Not quoted: it may hold a password.
        raise ImproperlyConfigured(
            f"{name} is not a broker's URL: write redis://HOST:6379/0 or "
            "amqp://USER:PASSWORD@HOST:5672//, or leave it empty."
        )
    return url


def database(name: str, default: str, folder: Path) -> dict:
    """Return Django's settings for one database URL.

    The seed wrote `postgresql+psycopg://`; it means the same here. A relative path of
    SQLite starts at `folder`, wherever a command is run.
    """
    url = text(name, default)
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
    except (ValueError, ImproperlyConfigured):
        # The library's message would quote the URL, and with it the password.
        raise ImproperlyConfigured(
            f"{name} is not a database URL: write "
            "postgresql://USER:PASSWORD@HOST:5432/NAME."
        ) from None
    if not config["NAME"]:
        raise ImproperlyConfigured(f"{name} does not name a database.")
    if scheme == "sqlite" and config["NAME"] != ":memory:":
        config["NAME"] = str(folder / config["NAME"])
    return config
