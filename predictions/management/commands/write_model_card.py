"""Writes a release's model card as Markdown, with its charts beside it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from attrition import releases
from attrition.errors import ReleaseRejected
from predictions import card_page
from predictions.templatetags.charts import drawn

LANGUAGES = ("en", "fr")


class Command(BaseCommand):
    help = "Write a release's model card as Markdown, its charts in a folder beside it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "release", nargs="?", metavar="VERSION", help="what serves, if unsaid"
        )
        parser.add_argument(
            "--output",
            type=Path,
            default=settings.BASE_DIR / "docs" / "model-card.md",
            metavar="FILE",
        )
        parser.add_argument("--language", choices=LANGUAGES, default="en")

    def handle(
        self, *, release: str | None, output: Path, language: str, **options: Any
    ) -> None:
        try:
            found = releases.load(release) if release else releases.current()
            content = self._content(found, language)
        except ReleaseRejected as error:
            raise CommandError(str(error)) from error
        with override(language):
            content["charts_folder"] = output.stem
            text = render_to_string("model_card/card.md", content)
            charts = {
                chart.name: drawn(chart, standalone=True)
                for chart in [*content["plots"], *content["points"]]
            }
        try:
            self._write(output, text, charts)
        except OSError as error:
            raise CommandError(str(error)) from error
        sentence = _("Wrote %(file)s and %(count)s charts.")
        self.stdout.write(sentence % {"file": output, "count": len(charts)})

    def _content(self, release: releases.Release, language: str) -> dict[str, Any]:
        with override(language):
            content = card_page.content(release)
        if content["silent"]:
            raise card_page.says_nothing(release, content["silent"])
        return content

    def _write(self, output: Path, text: str, charts: dict[str, str]) -> None:
        folder = output.parent / output.stem
        folder.mkdir(parents=True, exist_ok=True)
        for file in folder.glob("*.svg"):  # of fields that have left
            if file.stem not in charts:
                file.unlink()
        for name, picture in charts.items():
            (folder / f"{name}.svg").write_text(picture + "\n", encoding="utf-8")
        output.write_text(text, encoding="utf-8")
