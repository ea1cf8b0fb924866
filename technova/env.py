"""Environment variables, read without polite guessing.

django-environ reads the files and the database's URL; what is here refuses what it
would let pass (``DEBUG=maybe`` is False to it) and always names the variable.
"""

import logging
import os
import re
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

LINE = re.compile(r"(export )?[A-Za-z_0-9]+=.*|\s*(#.*)?")
BROKER = re.compile(r"(redis|rediss|amqp|amqps)://[^/\s]+(/\S*)?")
REDIS = re.compile(r"rediss?://[^/\s]+(/[0-9]*)?")
HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
ORIGIN = re.compile(rf"https?://(\*\.)?{HOST.pattern}(:[0-9]{{1,5}})?")
RATE = re.compile(r"([1-9][0-9]{0,6})/(s|min|h)")
SECONDS = {"s": 1, "min": 60, "h": 3600}
KEPT = ("SECRET_KEY", "SEAL_SIGNING_KEY")  # files of DATA_DIR, see technova.container
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql", "postgresql+psycopg")


class Rate(NamedTuple):
    """So many calls in so many seconds."""

    calls: int
    seconds: int


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


def read_kept(folder: Path) -> None:
    """Fill in the secrets that a first start made and nobody has set otherwise."""
    for name in KEPT:
        file = folder / name
        if not os.environ.get(name, "").strip() and file.is_file():
            os.environ[name] = file.read_text(encoding="ascii")


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


def rate(name: str) -> Rate | None:
    """Return how often; None when the variable is not set."""
    value = text(name, "")
    if not value:
        return None
    if not (found := RATE.fullmatch(value)):
        raise ImproperlyConfigured(
            f"{name} must be a number a second, minute or hour (10/s, 600/min, "
            f"5000/h), not {value!r}."
        )
    return Rate(int(found[1]), SECONDS[found[2]])


def redis(name: str) -> str:
    """Return the URL of a Redis; empty when the variable is not set."""
    url = text(name, "")
    if url and not REDIS.fullmatch(url):
        # Not quoted: it may hold a password.
        raise ImproperlyConfigured(
            f"{name} is not the URL of a Redis: write redis://HOST:6379/1, or leave it "
            "empty."
        )
    return url


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def host(name: str) -> str:
    """Return a host's name; empty when the variable is not set."""
    value = text(name, "")
    if value and not HOST.fullmatch(value):
        raise ImproperlyConfigured(
            f"{name} must be a host's name (hr.example.org), not {value!r}."
        )
    return value


def origins(name: str, default: str = "") -> list[str]:
    """Return origins of pages; the word `none` stands for none of the default ones."""
    found = words(name, default)
    if found == ["none"]:
        return []
    for value in found:
        if not ORIGIN.fullmatch(value):
            raise ImproperlyConfigured(
                f"{name} must be origins (https://hr.example.org), with commas, or "
                f"none: not {value!r}."
            )
    return found


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
