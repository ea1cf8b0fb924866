"""Computes recorded answers again; ends with 1 when one does not match."""

import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from tqdm import tqdm

from predictions.management.arguments import add_processes, moment, operator, row_number
from predictions.models import Prediction, Source
from predictions.models.log import ours
from predictions.processes import ProcessLost, over_processes, suitable
from predictions.replays import Replayed, elsewhere, erased, record, replay
from predictions.services import Caller, LogUnavailable

MOST_SHOWN = 100


class Command(BaseCommand):
    help = "Compute recorded answers again, with the releases that gave them."
    # The releases of then are asked, whatever serves now.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", nargs="*", type=row_number, default=[], metavar="ID")
        which.add_argument("--since", type=moment, help="ISO 8601 date or time")
        which.add_argument("--all", action="store_true", help="the whole log")
        add_processes(parser)

    def handle(
        self,
        *,
        ids: list[int],
        since: datetime | None,
        all: bool,
        processes: int | None,
        **options: Any,
    ) -> None:
        rows = Prediction.objects.all()
        if ids:
            rows = rows.filter(pk__in=ids)
            there = set(rows.values_list("pk", flat=True))
            if missing := sorted(set(ids) - there):
                listed = ", ".join(map(str, missing))
                raise CommandError(_("There is no prediction %s.") % listed)
            self._refuse_copies(rows)
        elif since is not None:
            rows = rows.filter(created_at__gte=since)
        asked_for = (
            ", ".join(map(str, ids)) if ids else f"since {since}" if since else "all"
        )
        gone = 0
        if not ids:  # one that is asked for by its number is named
            gone = ours(rows).filter(erased()).count()
            rows = rows.exclude(erased())
        total = ours(rows).count()
        copies = rows.count() - total
        count = matching = 0
        bar = tqdm(total=total, desc=_("replaying"), disable=None, leave=False)
        try:
            with bar, over_processes(processes or suitable(total)) as spread:
                for found in replay(rows, spread):
                    count, matching = count + 1, matching + found.matches
                    if ids or not found.matches:
                        self._show(found, shown=count - matching, bar=bar)
                    bar.update()
        except ProcessLost as error:
            raise CommandError(str(error)) from error
        self._record(asked_for, count, matching)
        figures = {"count": count, "matching": matching}
        self.stdout.write(_("%(matching)s of %(count)s match.") % figures)
        if copies:
            said = {"copies": copies, "why": elsewhere()}
            self.stdout.write(_("Not replayed: %(copies)s (%(why)s).") % said)
        if gone:
            text = _("%(count)s erased: nothing to compute from.")
            self.stdout.write(text % {"count": gone})
        if matching != count:
            sys.exit(1)

    def _refuse_copies(self, rows: QuerySet[Prediction]) -> None:
        copies = rows.filter(source=Source.IMPORTED).order_by("pk")
        if numbers := copies.values_list("pk", flat=True):
            listed = ", ".join(map(str, numbers))
            said = {"numbers": listed, "why": elsewhere()}
            raise CommandError(
                _("Never replayed: %(numbers)s (%(why)s). Leave it out.") % said
            )

    def _show(self, found: Replayed, *, shown: int, bar: Any) -> None:
        if shown > MOST_SHOWN:
            return
        bar.clear()
        if found.problem:
            text = _("prediction %(id)s: not replayed: %(problem)s")
        elif found.matches:
            text = _("prediction %(id)s: %(recorded)r, again %(again)r: matches")
        else:
            text = _(
                "prediction %(id)s: %(recorded)r, again %(again)r: DOES NOT MATCH, "
                "difference %(difference).1e"
            )
        self.stdout.write(
            text
            % {
                "id": found.prediction_id,
                "problem": found.problem,
                "recorded": found.recorded,
                "again": found.replayed,
                "difference": found.difference or 0.0,
            }
        )

    def _record(self, asked_for: str, count: int, matching: int) -> None:
        caller = Caller(Source.COMMAND, user_name=operator())
        try:
            record(
                asked_for=asked_for[:200],
                replayed=count,
                matching=matching,
                caller=caller,
            )
        except LogUnavailable as error:
            raise CommandError(str(error)) from error
