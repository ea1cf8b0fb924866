"""Odd settings stop the start with one line that names the variable."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "SECRET_KEY": "production-secret-for-this-test-0123456789-abcdefghijk",
    "ALLOWED_HOSTS": "hr.example.org",
    "SECURE_SSL_REDIRECT": "true",
    "SECURE_HSTS_SECONDS": "31536000",
    "COOKIE_SECURE": "true",
    "DATABASE_URL": "sqlite:///:memory:",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**kept, "DOTENV": "false", **PRODUCTION, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("DATABASE_URL", "postgresql://user:hunter2@db:port/x"),
        ("DATABASE_URL", "postgresql://user:hunter2@db"),
        ("MODEL_THRESHOLD", "1.5"),
        ("MODEL_THRESHOLD", "half"),
        ("MODEL_THRESHOLD", "nan"),
        ("LANGUAGE_CODE", "de"),
        ("TIME_ZONE", "Paris"),
        ("SECURE_HSTS_SECONDS", "1.5"),
        ("SECURE_SSL_REDIRECT", "yes"),
        ("COOKIE_SECURE", "1"),
        ("TRUST_PROXY_HEADER", "on"),
    ],
)
def test_an_odd_value_is_one_line_that_names_the_variable(name, value):
    found = manage("check", **{name: value})

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert name in found.stderr
    assert "hunter2" not in found.stderr


def test_an_unknown_release_is_an_error_that_lists_those_there_are():
    found = manage("check", MODEL_VERSION="9.9.9")

    assert found.returncode == 1
    assert "attrition.E001" in found.stderr
    assert "1.0.0" in found.stderr


def test_production_settings_raise_no_warning_but_the_demonstration():
    found = manage("check", "--deploy", "--fail-level", "WARNING")

    assert re.findall(r"\((\w+\.\w+)\)", found.stderr) == ["attrition.W001"]


@pytest.mark.parametrize(
    ("url", "name", "options"),
    [
        ("postgresql+psycopg://u:p@db:5433/rh?sslmode=require", "rh", "require"),
        ("postgresql://u:p@db:5433/rh?sslmode=require", "rh", "require"),
    ],
    ids=["as the seed wrote it", "plain"],
)
def test_a_postgresql_url_is_read_whole(monkeypatch, url, name, options):
    from technova import env

    monkeypatch.setenv("DATABASE_URL", url)

    config = env.database("DATABASE_URL", "")

    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["NAME"], config["HOST"], config["PORT"]) == (name, "db", 5433)
    assert config["OPTIONS"]["sslmode"] == options


def test_the_nearer_file_wins_and_the_environment_beats_both(tmp_path, monkeypatch):
    from technova import env

    (tmp_path / ".env").write_text("NEAR=from .env\nFAR=from .env\nSET=from .env\n")
    (tmp_path / ".env.local").write_text("NEAR=from .env.local\n")
    monkeypatch.setenv("DOTENV", "true")
    monkeypatch.setenv("SET", "from the environment")
    for name in ("NEAR", "FAR"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)

    env.read_files(tmp_path)

    assert env.text("NEAR") == "from .env.local"
    assert env.text("FAR") == "from .env"
    assert env.text("SET") == "from the environment"
    monkeypatch.delenv("NEAR")
    monkeypatch.delenv("FAR")


def test_the_example_lists_every_variable_that_is_read():
    read = set()
    for path in ("technova/settings.py", "technova/env.py"):
        source = (ROOT / path).read_text(encoding="utf-8")
        read |= set(re.findall(r'(?:\.|\b)\w+\(\s*"([A-Z][A-Z_]+)"', source))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))

    assert read <= listed
    assert listed - read == {"ADMIN_PASSWORD", "AUDITOR_PASSWORD", "MANAGER_PASSWORD"}
