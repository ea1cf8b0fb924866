"""System checks of the log: what makes it believable is there."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from predictions.database import triggers


@register(Tags.database)
def logs_are_append_only(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Run by `check --database default`: Django asks no database unless told to."""
    return [
        Error(
            f"Table {table} lacks its triggers: its rows can be changed unnoticed.",
            hint="Run manage.py migrate, which puts them back, then verify_log.",
            id="predictions.E001",
        )
        for alias in databases or []
        for table in triggers.missing(connections[alias])
    ]
