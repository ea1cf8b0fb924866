"""What must not serve: settings of somebody's own machine, or a secret that is none."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any

from django.core.exceptions import ImproperlyConfigured

HERE = {"localhost", "127.0.0.1", "[::1]", ".localhost"}
FEWEST_CHARACTERS = 8  # different ones; 64 random digits of hexadecimal have more
PLACEHOLDER = re.compile(
    r"insecure|change.?me|replace.?me|your.?(own.?)?secret|placeholder|dummy",
    re.IGNORECASE,
)


def refuse_open_doors(debug: bool, hosts: Sequence[str]) -> None:
    """Raises ImproperlyConfigured."""
    if "*" in hosts:
        # Whoever sends a host of their own would find it in our links.
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must be names of hosts, and * is none: write hr.example.org."
        )
    if debug and (others := sorted(set(hosts) - HERE)):
        raise ImproperlyConfigured(
            "DEBUG must be false where ALLOWED_HOSTS names more than this machine "
            f"({', '.join(others)}): it shows tracebacks to whoever asks."
        )


def refuse_tracebacks_for_others(debug: bool, addresses: Iterable[Any]) -> None:
    """Raises ImproperlyConfigured; `addresses` are what the server listens at.

    ALLOWED_HOSTS keeps nobody out: whoever calls says themselves which host they mean.
    """
    others = [at[0] for at in addresses if isinstance(at, tuple) and not is_here(at[0])]
    if debug and others:
        raise ImproperlyConfigured(
            f"DEBUG must be false where other machines reach it ({', '.join(others)}): "
            "it shows tracebacks to whoever asks. Listen at 127.0.0.1."
        )


def is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name
        return False


def refuse_known_secret(name: str, secret: str) -> None:
    """Raises ImproperlyConfigured for one that somebody else may know."""
    if len(set(secret)) < FEWEST_CHARACTERS or PLACEHOLDER.search(secret):
        # Not quoted: it may be in use elsewhere.
        raise ImproperlyConfigured(
            f"{name} is no secret: make one with python3 -c "
            "'import secrets; print(secrets.token_hex(32))'."
        )
