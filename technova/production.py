"""What must not serve: settings of somebody's own machine, or a secret that is none."""

import re
from collections.abc import Sequence

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


def refuse_known_secret(name: str, secret: str) -> None:
    """Raises ImproperlyConfigured for one that somebody else may know."""
    if len(set(secret)) < FEWEST_CHARACTERS or PLACEHOLDER.search(secret):
        # Not quoted: it may be in use elsewhere.
        raise ImproperlyConfigured(
            f"{name} is no secret: make one with python3 -c "
            "'import secrets; print(secrets.token_hex(32))'."
        )
