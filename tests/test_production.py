"""What the server refuses to start with, in one line without the value."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from technova.production import refuse_known_secret, refuse_open_doors
from tests.server import ROOT, free_port


def start(
    folder: Path, host: str = "127.0.0.1", **variables: str
) -> subprocess.CompletedProcess[str]:
    """gunicorn with these variables, until it ends by itself."""
    bind = f"{host}:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "technova.wsgi", "--bind", bind]
    database = f"sqlite:///{folder / 'none.sqlite3'}"
    return subprocess.run(
        [*command, "--config", "technova/gunicorn.py"],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": database, "DATA_DIR": str(folder)}
        | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "secret",
    ["0" * 50, "hunter2" * 8, "django-insecure-" + "k3jh5g2f8s" * 5, "Change-Me " * 6],
    ids=["one character", "one word", "Django's", "a placeholder"],
)
def test_no_secret_that_somebody_may_know_serves(tmp_path, secret):
    found = start(tmp_path, SECRET_KEY=secret)

    assert found.returncode != 0
    assert "gunicorn: SECRET_KEY is no secret: make one with" in found.stderr
    assert secret.strip() not in found.stderr
    assert "Traceback" not in found.stderr
    assert "Booting worker" not in found.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY_FALLBACKS", "0" * 50),
        ("API_KEY", "change-me-please-now"),
        ("METRICS_TOKEN", "x" * 16),
    ],
)
def test_no_other_secret_that_somebody_may_know_serves_either(tmp_path, name, value):
    found = start(tmp_path, SECRET_KEY=secrets.token_hex(32), **{name: value})

    assert found.returncode != 0
    assert f"gunicorn: {name} is no secret" in found.stderr
    assert value not in found.stderr


@pytest.mark.parametrize("bind", ["0.0.0.0", "[::]"])
def test_tracebacks_are_shown_to_no_other_machine(tmp_path, bind):
    """Whoever calls it says themselves that it is called localhost."""
    found = start(tmp_path, bind, SECRET_KEY=secrets.token_hex(32), DEBUG="true")

    assert found.returncode != 0
    assert "gunicorn: DEBUG must be false" in found.stderr
    assert "Booting worker" not in found.stderr


def test_no_secret_at_all_serves_nobody(tmp_path):
    found = start(tmp_path, SECRET_KEY="")

    assert found.returncode != 0
    assert "SECRET_KEY is not set" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("times", range(20))
def test_a_random_secret_is_one(times):
    refuse_known_secret("SECRET_KEY", secrets.token_hex(32))
    refuse_known_secret("SECRET_KEY", secrets.token_urlsafe(40))


@pytest.mark.parametrize(
    ("debug", "hosts"),
    [
        (False, ["*"]),
        (True, ["*"]),
        (False, ["hr.example.org", "*"]),
        (True, ["hr.example.org"]),
        (True, ["localhost", ".example.org"]),
    ],
)
def test_neither_any_host_nor_tracebacks_for_others(debug, hosts):
    with pytest.raises(ImproperlyConfigured):
        refuse_open_doors(debug, hosts)


@pytest.mark.parametrize(
    ("debug", "hosts"),
    [
        (False, ["hr.example.org", ".example.org", "localhost"]),
        (True, ["localhost", "127.0.0.1", "[::1]"]),
    ],
)
def test_named_hosts_serve_and_tracebacks_stay_on_this_machine(debug, hosts):
    refuse_open_doors(debug, hosts)
