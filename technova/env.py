"""Environment variables, read without polite guessing.

django-environ reads the files and the database's URL; what is here refuses what it
would let pass (``DEBUG=maybe`` is False to it) and always names the variable.
"""

import base64
import binascii
import logging
import os
import re
import reprlib
from pathlib import Path
from typing import NamedTuple
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

from technova.production import refuse_known_secret

LINE = re.compile(r"(export )?[A-Za-z_0-9]+=.*|\s*(#.*)?")
RATE = re.compile(r"([1-9][0-9]{0,6})/(s|min|h)")
SECONDS = {"s": 1, "min": 60, "h": 3600}
KEPT = ("SECRET_KEY", "SEAL_SIGNING_KEY")  # files of DATA_DIR, see technova.container
LONGEST = 8192
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # no text, or none in UTF-8
KEY_BYTES = 32
HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
SERVED = rf"\*|\.?({HOST})"
ORIGIN = rf"https?://(\*\.)?({HOST})(:\d{{1,5}})?"
CHECK_ID = r"\w+\.[CEWID]\d{3}"
WEAK = 8  # characters; Django's own rules are bootstrap's to ask


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
            os.environ[name] = kept(file)


def kept(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{file} is damaged: restore a backup.") from None


def text(name: str, default: str | None = None) -> str:
    # Not through django-environ: a value that begins with $ is a reference to it.
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set: put it in the environment, .env.local or .env "
            "(.env.example says what it is for)."
        )
    if len(value) > LONGEST or UNFIT.search(value):
        raise ImproperlyConfigured(
            f"{name} must be one line of text, of {LONGEST} characters at most."
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
    is_set = bool(os.environ.get(name, "").strip())
    if is_set and (not found or min(map(len, found)) < shortest):
        raise ImproperlyConfigured(
            f"{name} must have {shortest} characters or more in each part, with commas "
            "between them: leave short ones out."
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
        # Python alone reads 1_000, or digits of other scripts.
        found = float(value) if value.isascii() and "_" not in value else float("nan")
    except ValueError:
        found = float("nan")
    if not low <= found <= high:
        raise ImproperlyConfigured(
            f"{name} must be a number from {low} to {high}, not {reprlib.repr(value)}."
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


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list, without empty items."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def each(name: str, pattern: str, what: str, default: str = "") -> list[str]:
    """Return a comma-separated list of what matches; `what` says what that is."""
    found = words(name, default)
    if os.environ.get(name, "").strip() and not found:
        raise ImproperlyConfigured(
            f"{name} must be {what}, with commas: it names none."
        )
    for item in found:
        if not re.fullmatch(pattern, item):
            raise ImproperlyConfigured(
                f"{name} must be {what}, with commas, not {reprlib.repr(item)}."
            )
    return found


def origins(name: str, default: str = "") -> list[str]:
    """Return origins of pages; the word `none` stands for none of the default ones."""
    if words(name, default) == ["none"]:
        return []
    return each(name, ORIGIN, "origins (https://hr.example.org) or none", default)


def folder(name: str, default: str, base: Path) -> Path:
    """Return a folder, not always there yet; a relative path starts at `base`."""
    found = base / text(name, default)
    if found.exists() and not found.is_dir():
        raise ImproperlyConfigured(f"{name} must be a folder: {found} is a file.")
    return found


def like(name: str, pattern: str, what: str, default: str = "") -> str:
    """Return a text that matches, or `default`; `what` says what that is."""
    value = text(name, default)
    if value != default and not re.fullmatch(pattern, value):
        # Not quoted: it may be a secret.
        raise ImproperlyConfigured(f"{name} must be {what}.")
    return value


def sent(name: str) -> str:
    """Return a secret that callers send in a header; empty when it is not set."""
    what = "16 characters or more, none but ASCII, or left empty"
    value = like(name, r"[!-~]{16,}", what)
    if value:
        refuse_known_secret(name, value)
    return value


def key_bytes(value: str) -> bytes:
    """Return the bytes of an Ed25519 key in base64. Raises ValueError."""
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != KEY_BYTES:
        raise ValueError
    return found


def keys(name: str) -> list[str]:
    """Return keys in base64, comma-separated; none when the variable is not set."""
    found = words(name)
    for number, value in enumerate(found, start=1):
        try:
            key_bytes(value)
        except ValueError:
            which = f"; number {number} is not" if len(found) > 1 else ""
            raise ImproperlyConfigured(
                f"{name} must be {KEY_BYTES} bytes in base64, 44 characters{which}."
            ) from None
    return found


def key(name: str) -> str:
    """Return one key in base64; empty when the variable is not set."""
    found = keys(name)
    if len(found) > 1:
        raise ImproperlyConfigured(f"{name} must be one key, without commas.")
    return "".join(found)


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
