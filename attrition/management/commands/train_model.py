"""Trains a release from the three HR extracts; never changes what serves."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from attrition import extracts, release_writer, releases, training
from attrition.errors import NotAdditive, ReleaseRejected
from attrition.management.reports import problem_list

REPRODUCED_TO = 1e-9  # largest difference of a probability
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


class Command(BaseCommand):
    help = "Train a release from the three HR extracts."
    # A missing or broken release is what this command repairs.
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        # Django's own --version gives way to ours.
        return super().create_parser(*args, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, required=True, help="folder of the three extracts"
        )
        goal = parser.add_mutually_exclusive_group(required=True)
        goal.add_argument("--version", dest="release", help="name of the new release")
        goal.add_argument(
            "--reproduce",
            metavar="VERSION",
            help="train again, compare with this release to 1e-9, write nothing",
        )
        parser.add_argument(
            "--fictional",
            action="store_true",
            help="the data are not about real people",
        )

    def handle(
        self,
        *,
        data: Path,
        release: str | None,
        reproduce: str | None,
        fictional: bool,
        **options: Any,
    ) -> None:
        folder = None if release is None else self._new_folder(release)
        reference = None if reproduce is None else self._release(reproduce)
        rows = self._rows(data)
        try:
            trained = release_writer.train(rows)
        except (training.TrainingRefused, NotAdditive) as error:
            raise self._refused(str(error)) from error
        for name, found in trained.evaluation.metrics.items():
            self.stdout.write(f"  {name:<18} {found['mean']:.3f} ± {found['std']:.3f}")
        if reference is not None:
            self._compare(trained, rows, reference)
        if folder is not None:
            self._write(folder, trained, rows, fictional)

    def _rows(self, data: Path) -> training.TrainingSet:
        self.stdout.write(_("Reading the extracts in %s …") % data)
        try:
            people = extracts.read(data, with_outcome=True).people
            rows = training.training_set(people)
        except extracts.ExtractError as error:
            report = problem_list(error, _("Nothing was written."))
            raise CommandError(report) from error
        except training.TrainingRefused as error:
            raise self._refused(str(error)) from error
        counts = {"count": len(people), "left": int(rows.y.sum())}
        self.stdout.write(
            _("%(count)s employees, of whom %(left)s left. Training …") % counts
        )
        return rows

    def _refused(self, why: str) -> CommandError:
        outcome = _("Nothing was written.")
        return CommandError(f"{why} {outcome}")

    def _write(
        self,
        folder: Path,
        trained: release_writer.Trained,
        rows: training.TrainingSet,
        fictional: bool,
    ) -> None:
        try:
            card = release_writer.write(folder, trained, rows, fictional=fictional)
        except OSError as error:
            raise self._refused(f"{error}.") from error
        written = {"version": folder.name, "threshold": card["threshold"]["value"]}
        sentence = _("Wrote release %(version)s, threshold %(threshold)s.") % written
        self.stdout.write(self.style.SUCCESS(sentence))
        current = settings.MODEL_DIR / releases.CURRENT
        self.stdout.write(_("To let it serve:") + f" echo {folder.name} > {current}")

    def _new_folder(self, version: str) -> Path:
        if not VERSION.fullmatch(version):
            raise CommandError(
                _("%r is no version: use letters, digits, dots and dashes.") % version
            )
        folder: Path = settings.MODEL_DIR / version
        if folder.exists():
            raise CommandError(
                _("%s exists, and the log may refer to it: choose another version.")
                % folder
            )
        return folder

    def _release(self, version: str) -> releases.Release:
        try:
            return releases.load(version)
        except ReleaseRejected as error:
            raise CommandError(str(error)) from error

    def _compare(
        self,
        trained: release_writer.Trained,
        rows: training.TrainingSet,
        release: releases.Release,
    ) -> None:
        worst = max(
            abs(trained.scorecard.probability(row) - release.scorecard.probability(row))
            for row in training.plain_rows(rows.X)
        )
        found = {"version": release.version, "worst": f"{worst:.1e}"}
        sentence = _("Largest difference from %(version)s: %(worst)s, allowed: 1e-9.")
        verdict = sentence % found
        if not worst <= REPRODUCED_TO:
            raise CommandError(verdict + " " + _("It does not reproduce."))
        self.stdout.write(self.style.SUCCESS(verdict))
