"""Trains a release from the three HR extracts; never changes what serves."""

import dataclasses
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from attrition import bulk, employees, extracts, release_writer, releases, training
from attrition.errors import NotAdditive, ReleaseRejected, TrainingRefused
from attrition.management import training_report
from attrition.management.reports import problem_list, progress
from attrition.model_card import model_card
from attrition.tables import rows_of
from attrition.training_set import TrainingSet, training_set

REPRODUCED_TO = 1e-9  # largest difference of a probability
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


def seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**32:
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 to 4294967295")
    return int(text)


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
        goal = parser.add_mutually_exclusive_group()
        goal.add_argument(
            "--version",
            dest="release",
            help="name of the new release; a dry run needs none",
        )
        goal.add_argument(
            "--reproduce",
            metavar="VERSION",
            help=f"train again, compare with this release to {REPRODUCED_TO:.0e}, "
            "write nothing",
        )
        parser.add_argument(
            "--fictional",
            action="store_true",
            help="the data are not about real people",
        )
        parser.add_argument(
            "--origin",
            default="",
            metavar="TEXT",
            help="where the data come from, for the card",
        )
        parser.add_argument(
            "--leave-out",
            action="append",
            default=[],
            metavar="FIELD",
            help="do without this field; may be said of several",
        )
        parser.add_argument(
            "--reason",
            action="append",
            default=[],
            nargs=2,
            metavar=("FIELD", "TEXT"),
            help="why a field that needs care is used, instead of the standard reason",
        )
        parser.add_argument(
            "--allow-ground",
            action="append",
            default=[],
            metavar="FIELD",
            help="use a prohibited ground; each needs a --because of its own",
        )
        parser.add_argument(
            "--because",
            action="append",
            default=[],
            metavar="TEXT",
            help="why that ground may be used; the card and check --deploy say so",
        )
        parser.add_argument(
            "--seed", type=seed, help="of the folds and the intervals; 0 if unsaid"
        )
        parser.add_argument(
            "--yes", action="store_true", help="departments and roles may be others"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="train and report, write nothing"
        )

    def handle(
        self,
        *,
        data: Path,
        release: str | None,
        reproduce: str | None,
        **options: Any,
    ) -> None:
        try:
            if reproduce is not None:
                _check_alone(options)
                self._reproduce(data, releases.load(reproduce))
            else:
                self._train(data, self._new_folder(release, options), options)
        except extracts.ExtractError as error:
            report = problem_list(error, _("Nothing was written."))
            raise CommandError(report) from error
        except (TrainingRefused, NotAdditive, OSError) as error:
            outcome = _("Nothing was written.")
            raise CommandError(f"{error} {outcome}") from error
        except ReleaseRejected as error:
            raise CommandError(str(error)) from error

    def _train(self, data: Path, folder: Path, options: dict[str, Any]) -> None:
        wishes = _wishes(options)
        wishes.columns()  # refuses before minutes are spent
        people = self._people(data)
        rows = training_set(people)
        serving = self._serving()
        if serving is not None:
            self._confirm(people, serving, options["yes"])
        told = {name: options[name] for name in ("fictional", "origin")}
        trained, card = self._decided(rows, wishes, told)
        for line in training_report.compared(trained, card, rows, serving):
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write(_("Nothing was written."))
            return
        release_writer.write(folder, trained.model, card)
        sentence = _("Wrote release %(version)s.") % {"version": folder.name}
        self.stdout.write(self.style.SUCCESS(sentence))
        activation = releases.activation(folder.name)
        self.stdout.write(_("To let it serve, after a restart:") + f" {activation}")
        if settings.MODEL_VERSION:
            pinned = {"version": settings.MODEL_VERSION}
            self.stdout.write(
                _("MODEL_VERSION=%(version)s is set and wins over that file.") % pinned
            )

    def _decided(
        self, rows: TrainingSet, wishes: training.Wishes, told: dict[str, Any]
    ) -> tuple[training.Trained, dict[str, Any]]:
        """Train, and again while somebody leaves out what costs nothing."""
        while True:
            trained = training.train(rows, wishes, progress)
            card = model_card(trained, rows, wishes, **told)
            for line in training_report.summary(trained, card):
                self.stdout.write(line)
            costless = training.undecided(trained, wishes)
            if costless and not sys.stdin.isatty():
                following = training.undecided_next(
                    rows, trained, wishes, costless, progress
                )
                report = training_report.to_decide(trained, costless, following)
                outcome = _("Nothing was written.")
                raise CommandError("\n".join([*report, outcome]))
            reasons = {name: _ask(training_report.question(name)) for name in costless}
            kept = {name: reason for name, reason in reasons.items() if reason}
            dropped = [name for name in costless if name not in kept]
            wishes = dataclasses.replace(
                wishes,
                left_out=(*wishes.left_out, *dropped),
                reasons={**wishes.reasons, **kept},
            )
            if not dropped:
                # Reasons change the card and nothing that was measured.
                return trained, model_card(trained, rows, wishes, **told)

    def _serving(self) -> releases.Release | None:
        """What serves now; the first release of an installation has nothing before."""
        try:
            return releases.current()
        except ReleaseRejected as error:
            current = settings.MODEL_DIR / releases.CURRENT
            if settings.MODEL_VERSION or releases.versions() or current.exists():
                nothing = _(
                    "What serves can't be read: other departments and roles are not "
                    "listed, and nothing is compared with it."
                )
                self.stdout.write(self.style.WARNING(f"{error} {nothing}"))
            return None

    def _people(self, data: Path) -> list[extracts.Person]:
        self.stdout.write(_("Reading the extracts in %s …") % data)
        found = extracts.read(data, with_outcome=True)
        people = found.people
        for file, columns in found.ignored_columns.items():
            left_out = {"file": file, "columns": ", ".join(columns)}
            self.stdout.write(_("%(file)s: left out %(columns)s.") % left_out)
        counts = {
            "count": len(people),
            "left": sum(bool(person.left) for person in people),
        }
        self.stdout.write(_("%(count)s employees, of whom %(left)s left.") % counts)
        return people

    def _confirm(
        self, people: list[extracts.Person], serving: releases.Release, yes: bool
    ) -> None:
        """Other departments and roles are the company's, or a wrong file's."""
        others = employees.unscorable(people, serving.categories)
        for field, values in others.items():
            listed = ", ".join(f"{value} ({count})" for value, count in values.items())
            known = {"version": serving.version, "field": field}
            self.stdout.write(
                _("New to release %(version)s, %(field)s:") % known + f" {listed}"
            )
        if not others or yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(
                _("Check these values; if they are your company's, pass --yes.")
                + " "
                + _("Nothing was written.")
            )
        question = _("Are these your company's? [y/N]")
        if _ask(question).casefold() not in ("y", "yes", "o", "oui"):
            raise CommandError(_("Nothing was written."))

    def _new_folder(self, version: str | None, options: dict[str, Any]) -> Path:
        if version is None and options["dry_run"]:
            return Path()
        if version is None:
            raise CommandError(
                _("Name the new release with --version, or add --dry-run to try.")
            )
        if version.casefold() == releases.CURRENT.casefold():
            raise CommandError(
                _("%s is the file that says what serves: choose another version.")
                % releases.CURRENT
            )
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

    def _reproduce(self, data: Path, release: releases.Release) -> None:
        rows: TrainingSet = training_set(self._people(data))
        model = training.retrained(rows, release.card)
        people = rows_of(rows.X)
        pairs = zip(
            bulk.probabilities(model.scorecard, people),
            bulk.probabilities(release.scorecard, people),
            strict=True,
        )
        worst = max(abs(ours - theirs) for ours, theirs in pairs)
        sentence = _(
            "Largest difference from %(version)s: %(worst)s, allowed: %(allowed)s."
        )
        verdict = sentence % {
            "version": release.version,
            "worst": f"{worst:.1e}",
            "allowed": f"{REPRODUCED_TO:.0e}",
        }
        if not worst <= REPRODUCED_TO:
            raise CommandError(verdict + " " + _("It does not reproduce."))
        self.stdout.write(self.style.SUCCESS(verdict))


def _wishes(options: dict[str, Any]) -> training.Wishes:
    grounds, because = options["allow_ground"], options["because"]
    if len(grounds) != len(because) or len(set(grounds)) != len(grounds):
        raise CommandError(
            _("Each --allow-ground FIELD needs its own --because with a reason.")
        )
    reasons = [name for name, _text in options["reason"]]
    if len(set(reasons)) != len(reasons):
        raise CommandError(_("A field has one --reason."))
    return training.Wishes(
        left_out=tuple(options["leave_out"]),
        allowed_grounds=dict(zip(grounds, because, strict=True)),
        reasons=dict(options["reason"]),
        seed=options["seed"] or 0,
    )


def _check_alone(options: dict[str, Any]) -> None:
    """A release is trained again as its card says, so no wish could be heard."""
    names = (
        *("fictional", "origin", "leave_out", "reason", "allow_ground", "because"),
        *("seed", "yes", "dry_run"),
    )
    said = [n for n in names if options[n] or (n == "seed" and options[n] is not None)]
    if said:
        unheard = ", ".join("--" + name.replace("_", "-") for name in said)
        raise CommandError(
            _("--reproduce trains as the release's card says: leave out %s.") % unheard
        )


def _ask(question: str) -> str:
    try:
        return input(f"{question} ").strip()
    except EOFError:
        raise CommandError("\n" + _("Nothing was written.")) from None
