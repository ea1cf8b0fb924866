"""Where the greps of `tests.logged` look, and for which secrets; needs no Django."""

from pathlib import Path

files: dict[Path, int] = {}
"""Logs of servers that tests have started, and how far they are read."""

secrets: set[str] = set()
"""Of keys and logins that tests have made."""
