"""Django's migrate, as the owner of the tables where the runtime role is another."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from predictions.poc import elsewhere


class Command(MigrateCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        if "owner" in connections:
            parser.set_defaults(database="owner")

    def get_check_kwargs(self, options: dict[str, Any]) -> dict[str, Any]:
        """Without the checks of the database: what they miss, migrate puts back."""
        return super().get_check_kwargs(options) | {"databases": None}

    def execute(self, *args: Any, **options: Any) -> Any:
        """Refuses the proof of concept's database before anything is made in it, or
        said of the rest of its settings."""
        if remedy := elsewhere.remedy(connections[options["database"]]):
            raise CommandError(remedy)
        return super().execute(*args, **options)
