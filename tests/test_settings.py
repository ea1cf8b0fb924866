"""Odd settings stop the start with one line that names the variable."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests import shipped

ROOT = Path(__file__).parent.parent
PRODUCTION = {
    "SECRET_KEY": "production-secret-for-this-test-0123456789-abcdefghijk",
    "ALLOWED_HOSTS": "hr.example.org",
    "SECURE_SSL_REDIRECT": "true",
    "SECURE_HSTS_SECONDS": "31536000",
    "COOKIE_SECURE": "true",
    "DATABASE_URL": "sqlite:///:memory:",
}


def manage(
    *arguments: str, cwd: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=cwd,
        env={**kept, "DOTENV": "false", **PRODUCTION, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hunter2@db", "DATABASE_URL does not name a database."),
        ("postgresql://u:hunter2@db/x?sslmode=yes", "sslmode must be one of disable, "),
        ("postgresql://u:hunter2@db/x?ssl_mode=require", "has an option after its ?"),
        ("sqlite:///x.sqlite3?timeout=5", "SQLite takes no options"),
    ],
    ids=["no name", "mode of TLS", "unknown option", "options of SQLite"],
)
def test_a_database_url_that_would_fail_later_is_refused_at_start(url, said):
    found = manage("check", DATABASE_URL=url)

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert said in found.stderr
    assert "hunter2" not in found.stderr


def test_a_threshold_that_is_refused_is_quoted():
    found = manage("check", MODEL_THRESHOLD="17")

    assert "MODEL_THRESHOLD must be a number from 0 to 1, not '17'." in found.stderr


@pytest.mark.parametrize("version", [f"../{shipped.SERVES}", f"{shipped.SERVES}/"])
def test_a_version_that_is_a_path_is_quoted_as_it_was_given(version):
    found = manage("check", MODEL_VERSION=version, LANGUAGE_CODE="en")

    assert f"There is no release '{version}' in " in found.stderr
    assert "a release is named by its folder there" in found.stderr


def test_an_unknown_release_is_an_error_that_lists_those_there_are():
    found = manage("check", MODEL_VERSION="9.9.9")

    assert found.returncode == 1
    assert "attrition.E001" in found.stderr
    assert all(version in found.stderr for version in shipped.VERSIONS)


def test_a_broken_release_keeps_no_command_from_starting(tmp_path):
    [migrate] = re.findall(
        r"\$\(MANAGE\) (migrate .*)", (ROOT / "Makefile").read_text(encoding="utf-8")
    )

    def run(command: str) -> subprocess.CompletedProcess[str]:
        database = f"sqlite:///{tmp_path / 'broken.sqlite3'}"
        return manage(*command.split(), MODEL_VERSION="9.9.9", DATABASE_URL=database)

    assert run(migrate).stderr == ""
    assert run("bootstrap --demo").returncode == 0
    assert run("create_api_key --owner Paie --scopes history").returncode == 0
    assert "E001" not in run("import_employees --data nowhere").stderr
    scored = run("score_employee 669").stderr
    assert "9.9.9" in scored
    assert "E001" not in scored


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
    from technova import env_urls

    monkeypatch.setenv("DATABASE_URL", url)

    config = env_urls.database("DATABASE_URL", "", ROOT)

    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["NAME"], config["HOST"], config["PORT"]) == (name, "db", 5433)
    assert config["OPTIONS"]["sslmode"] == options


@pytest.mark.parametrize(
    ("query", "seconds"), [("", 5), ("?connect_timeout=2", 2)], ids=["usual", "said"]
)
def test_a_postgresql_that_is_not_there_is_not_waited_for(query, seconds):
    script = (
        "from django.conf import settings as s; "
        "print(s.DATABASES['default']['OPTIONS']['connect_timeout'])"
    )

    found = manage(
        *("shell", "--verbosity", "0", "-c", script),
        DATABASE_URL=f"postgresql://u:p@db/rh{query}",
    )

    assert int(found.stdout) == seconds


@pytest.mark.parametrize(
    ("written", "password"), [("p+psycopg%40", "p+psycopg@"), ("p[", "p[")]
)
def test_a_password_is_read_as_it_is_written(monkeypatch, written, password):
    from technova import env_urls

    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:{written}@db/rh")

    config = env_urls.database("DATABASE_URL", "", ROOT)

    assert config["PASSWORD"] == password


def test_relative_paths_start_at_the_project_wherever_a_command_is_run(tmp_path):
    script = (
        "from django.conf import settings as s; "
        "print(s.DATABASES['default']['NAME'], s.MODEL_DIR)"
    )

    found = manage(
        *("shell", "--verbosity", "0", "-c", script),
        cwd=tmp_path,
        DATABASE_URL="sqlite:///relative.sqlite3",
        MODEL_DIR="releases",
    )

    assert found.stdout.split() == [str(ROOT / "relative.sqlite3"), f"{ROOT}/releases"]


@pytest.mark.parametrize(
    ("url", "is_made"), [("", True), ("sqlite:///other.sqlite3", False)]
)
def test_the_folder_var_is_made_for_the_default_database_only(tmp_path, url, is_made):
    shutil.copy(ROOT / "manage.py", tmp_path)
    shutil.copytree(ROOT / "technova", tmp_path / "technova")
    script = "from technova import settings"

    subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | PRODUCTION | {"DOTENV": "false", "DATABASE_URL": url},
        check=True,
    )

    assert (tmp_path / "var").exists() == is_made


def test_a_dollar_is_a_character_like_any_other(monkeypatch):
    from technova import env

    monkeypatch.setenv("SECRET_KEY", "$abc" * 13)

    assert env.secret("SECRET_KEY", 50) == "$abc" * 13


@pytest.mark.parametrize("line", ["API_KEY hunter2", "API KEY=hunter2", " A=hunter2"])
def test_a_line_that_is_none_is_named_by_its_number_only(tmp_path, monkeypatch, line):
    from technova import env

    monkeypatch.setenv("DOTENV", "true")
    (tmp_path / ".env").write_text(f"# comment\n\n{line}\n")

    with pytest.raises(ImproperlyConfigured, match=r"\.env, line 3") as caught:
        env.read_files(tmp_path)

    assert "hunter2" not in str(caught.value)


def test_a_comment_that_is_indented_is_not_printed(tmp_path, monkeypatch, caplog):
    from technova import env

    monkeypatch.setenv("DOTENV", "true")
    (tmp_path / ".env").write_text("  # API_KEY=hunter2\n")

    env.read_files(tmp_path)

    assert "hunter2" not in caplog.text


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
    for module in ("settings", "env", "gunicorn", "container"):
        source = (ROOT / "technova" / f"{module}.py").read_text(encoding="utf-8")
        read |= set(re.findall(r'(?:env\.|\b)\w+\(\s*"([A-Z][A-Z_]+)"', source))
    for path in ("docker/entrypoint.sh", "docker-compose.yml"):
        source = (ROOT / path).read_text(encoding="utf-8")
        read |= set(re.findall(r"\$\{([A-Z][A-Z_]+)", source))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))

    read.remove("OPTIONS")  # a word of Django's

    assert read == listed


def test_a_database_that_does_not_answer_is_one_line():
    url = "postgresql://postgres@127.0.0.1:1/nowhere"

    found = manage("score_employee", "669", DATABASE_URL=url)

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "DATABASE_URL" in found.stderr


def test_tables_that_are_missing_are_one_line():
    found = manage("score_employee", "669", DATABASE_URL="sqlite:///:memory:")

    assert found.returncode == 1
    assert found.stderr.count("\n") == 1
    assert "manage.py migrate" in found.stderr
