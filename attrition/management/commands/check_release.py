"""Proves a release again: the files, the reference cases, the pickle."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from attrition import pickled, proving, releases
from attrition.compiling import compile_scorecard
from attrition.errors import ReleaseRejected
from attrition.scorecard import TOLERANCE


class Command(BaseCommand):
    help = "Prove that a release is whole and that its scorecard is its pipeline."
    # A broken release is what this command is about.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("release", metavar="VERSION")

    def handle(self, *, release: str, **options: Any) -> None:
        try:
            # Read from the disk, not from what a process holds in memory.
            found = releases.load_anew(release)
            self.stdout.write(
                _("The files are those of the card, the reference cases reproduce.")
            )
            pipeline = pickled.open_pipeline(found)
            proving.compare(found.scorecard, compile_scorecard(pipeline))
            worst = proving.prove(found.scorecard, pipeline, [])
        except ReleaseRejected as error:
            raise CommandError(str(error)) from error
        # NotAdditive, or whatever scikit-learn says of a pipeline that isn't fitted.
        except Exception as error:
            path = found.folder / releases.PIPELINE
            remedy = _("Let another release serve, and train this one again.")
            raise CommandError(f"{path}: {error} {remedy}") from error
        sentence = _(
            "Release %(version)s is its pipeline: over %(count)s hostile rows the "
            "largest difference is %(worst)s, allowed: %(allowed)s."
        )
        figures = {
            "version": release,
            "count": proving.HOSTILE_ROWS,
            "worst": f"{worst:.1e}",
            "allowed": f"{TOLERANCE:.0e}",
        }
        self.stdout.write(self.style.SUCCESS(sentence % figures))
