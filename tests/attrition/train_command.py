"""Running `train_model`, and making it quick where no measure matters."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from attrition import evaluation, features, recipe

MEANINGLESS = (
    "satisfaction_employee_nature_travail",
    "satisfaction_employee_equipe",
    "satisfaction_employee_equilibre_pro_perso",
)
"""Fields that need care and make no invented person leave."""
DECIDED = tuple(word for name in MEANINGLESS for word in ("--leave-out", name))


def decided(options: tuple[str, ...]) -> tuple[str, ...]:
    """`options`, with a reason for each field that needs care and has none in them."""
    if not any(option.startswith("--version") for option in options):
        return options
    careful = [field.name for field in features.SCORABLE if field.care]
    reasons = [
        word
        for name in careful
        if name not in options
        for word in ("--reason", name, "for a test")
    ]
    return (*options, *reasons)


def run(data: Path, *options: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("train_model", "--data", str(data), *decided(options), stdout=out)
    return out.getvalue()


def refusal(data: Path, *options: str) -> str:
    """The text with which the command refuses."""
    return printed_and_refused(data, *options)[1]


def printed_and_refused(data: Path, *options: str) -> tuple[str, str]:
    """What the command prints, and the text with which it refuses then."""
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("train_model", "--data", str(data), *decided(options), stdout=out)
    return out.getvalue(), str(caught.value)


def make_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two folds and nothing to choose from, instead of thirty and ten."""
    monkeypatch.setattr(evaluation, "SPLITS", 2)
    monkeypatch.setattr(evaluation, "REPEATS", 1)
    monkeypatch.setattr(recipe, "STRENGTHS", (0.2,))
    monkeypatch.setattr(recipe, "TRANSFORMS", ("sqrt",))
