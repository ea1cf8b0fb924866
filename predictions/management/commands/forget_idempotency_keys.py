"""Drops idempotency keys that no client retries any more; the log stays."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from predictions import idempotency


class Command(BaseCommand):
    help = "Drop idempotency keys older than a day; their predictions stay."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than", type=int, default=24, metavar="HOURS", help="24 or more"
        )

    def handle(self, *, older_than: int, **options: Any) -> None:
        count = idempotency.forget(timedelta(hours=older_than))
        self.stdout.write(_("Keys dropped: %(count)s.") % {"count": count})
