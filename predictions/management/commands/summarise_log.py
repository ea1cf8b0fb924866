"""Brings the figures of the back-office's home page up to date.

It runs every minute beside the server: so it forgets the uploads that waited too long.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.translation import gettext as _

from attrition import imports
from predictions.management.repeating import add_every, repeat, speak_to_the_log
from predictions.proof.signing import BadKey
from predictions.summaries.keeping import Summariser, forget_all


class Command(BaseCommand):
    help = "Bring the figures of the back-office's home page up to date."
    # What is counted does not hang on the release that serves.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_every(parser)
        parser.add_argument(
            "--anew",
            action="store_true",
            help="forget all figures first, and count the whole log",
        )

    def handle(
        self, *, every: int | None, parent: int | None, anew: bool, **options: Any
    ) -> None:
        if anew:
            forget_all()
        self.summariser = Summariser()
        if every is not None:
            speak_to_the_log(self)
            repeat(self._keep_or_say, every, parent)
            return
        try:
            days = self._keep()
        except BadKey as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("Days counted: %(days)s.") % {"days": days})

    def _keep(self) -> int:
        imports.forget_expired()
        return self.summariser.keep()

    def _keep_or_say(self) -> None:
        """Whatever fails is said and tried again: the figures grow old, no more."""
        try:
            self._keep()
        except BadKey as error:
            self.stderr.write(str(error))
        except Error as error:  # the text can hold a row
            kind = {"kind": type(error).__name__}
            self.stderr.write(_("Nothing was summarised: %(kind)s.") % kind)
