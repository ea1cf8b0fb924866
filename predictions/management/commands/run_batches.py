"""Goes on with batches that nobody works on any more, or does all the work itself."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection
from django.utils.translation import gettext as _

from predictions.batches import working
from predictions.management import batch_runs
from predictions.management.arguments import seconds
from predictions.models import Batch
from predictions.services import LogUnavailable


class Command(BaseCommand):
    help = (
        "Work on every batch that is not finished, beside whoever else does: after a "
        "crash, after a restart, or instead of Celery's workers with --every."
    )
    # Scoring says itself what is wrong with the release, in one sentence.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every",
            type=seconds,
            metavar="SECONDS",
            help="look again and again, that long after the last look",
        )

    def handle(self, *, every: int | None, **options: Any) -> None:
        while True:
            try:
                self._work_on_all()
            except (LogUnavailable, Error) as error:
                if every is None:
                    raise CommandError(_("The database does not answer.")) from error
                self.stderr.write(_("The database does not answer."))
                connection.close()
            if every is None:
                break
            time.sleep(every)

    def _work_on_all(self) -> None:
        open_batches = list(Batch.objects.open().order_by("created_at", "pk"))
        for batch in open_batches:
            while working.work_on(batch) is not None:
                working.let_others_write()
            batch.refresh_from_db()
            state = {"id": batch.pk, "state": batch.get_state_display()}
            counts = batch_runs.summary(batch)
            self.stdout.write(_("Batch %(id)s: %(state)s.") % state + f" {counts}")
