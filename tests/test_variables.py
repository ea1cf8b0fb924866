"""Nonsense in the environment stops the start with one line: what is allowed."""

import os
import re
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.variables import COMPOSE, NO_TEXT, PASSED, TABLE

ROOT = Path(__file__).parent.parent
ODD = [(name, value) for name, row in TABLE.items() for value in row.values]


@pytest.fixture
def started(monkeypatch):
    """What gunicorn's start says to a variable's value; nothing if it goes on."""

    def start(name: str, value: str) -> str:
        for other in TABLE:
            monkeypatch.setenv(other, "")
        monkeypatch.setenv("SECRET_KEY", secrets.token_hex(32))
        monkeypatch.setenv("DATABASE_URL", "sqlite:///:memory:")
        monkeypatch.setenv("DOTENV", "false")
        monkeypatch.setenv(name, value)
        try:
            runpy.run_path(str(ROOT / "technova" / "gunicorn.py"))
        except SystemExit as stopped:
            return str(stopped.code)
        return ""

    return start


@pytest.mark.parametrize(("name", "value"), ODD)
def test_an_odd_value_is_one_line_that_says_what_is_allowed(started, name, value):
    line = started(name, value)

    assert re.fullmatch(rf"gunicorn: {name}\b.*", line)
    assert TABLE[name].allowed in line
    assert PASSED not in line


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT)
@pytest.mark.parametrize("name", TABLE)
def test_no_variable_takes_what_is_no_text(started, name, value):
    line = started(name, value)

    assert line == (
        f"gunicorn: {name} must be one line of text, of 8192 characters at most."
    )


@pytest.mark.parametrize("value", ["", "  "], ids=["empty", "blank"])
@pytest.mark.parametrize("name", TABLE)
def test_empty_is_as_if_it_were_not_set(started, name, value):
    line = started(name, value)

    assert bool(line) != TABLE[name].may_be_empty
    assert name in line or not line


def test_every_variable_of_the_example_has_a_row():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert listed == set(TABLE) | COMPOSE


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("manage.py", ["manage.py", "migrate"]),
        ("celery", ["-m", "celery", "-A", "technova", "worker"]),
        (
            "gunicorn",
            ["-m", "gunicorn", "technova.wsgi", "--config", "technova/gunicorn.py"],
        ),
    ],
    ids=["manage.py", "celery", "gunicorn"],
)
def test_each_program_stops_without_a_traceback(program, command):
    found = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"DOTENV": "false", "SECRET_KEY": PASSED},
        capture_output=True,
        text=True,
    )

    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == (
        f"{program}: SECRET_KEY must have 50 characters or more: use a longer one.\n"
    )
