"""The greps over all that the suite logs find what they are there for."""

import shutil
import subprocess
import sys

import pytest

from tests import checkout, image, watched
from tests.image import Container
from tests.logged import findings

SECRET = "AnApiKeyThatNobodyHasAndThatStandsInThisFileOnly"
PLANTED = {
    "GET /history/669 200": "a path with an id",
    "POST predict_by_id/1 200": "a path with an id",
    "GET /admin/attrition/employee/669/change/ 200": "a path with an id",
    "GET /batches/0b1e1f2a-3c4d-5e6f-8a9b-0c1d2e3f4a5b": "a path with an id",
    "GET history?employee=abc": "a query",
    "scored 0.7234567890123": "a probability",
    '{"features": {}}': "a payload",
    "{'features': {}}": "a payload",
    "{'revenu_mensuel': 4000}": "a field with its value",
    "Failing row: age=30": "a field with its value",
    "Représentant Commercial": "a value of a payload",
    "E_669 is refused": "an employee's identifier",
    f"key {SECRET}": "a secret",
    "a-key-for-tests-only-and-fifty-characters-long-at-least": "a secret",
    "could not connect to postgresql://ana:hunter2@db/hr": "a password in a URL",
}
SOUND = [
    "- ** ---------- .> transport:   amqp://guest:**@127.0.0.1:5672//",  # Celery's
    "INFO technova.requests GET history/<str:employee_id> 200 key=abcdefgh 1.2ms "
    "id=0123456789abcdef0123456789abcdef",
    '{"route":"employees/<str:employee_id>","status":200,"duration_ms":0.124}',
    'File "/srv/predictions/api/history.py", line 42, in of_employee',
    "2026-01-31T09:30:00.123Z INFO gunicorn.error Listening at: http://127.0.0.1:8000",
    "Release 1.1.0 serves, threshold 0.33.",
    "Task predictions.tasks.work[0b1e1f2a] succeeded in 0.0123456789s: None",
    "Batch 0b1e1f2a-3c4d-5e6f-8a9b-0c1d2e3f4a5b stopped: OperationalError",
]
LOGS_AN_ID = """
import logging


def test_logs_a_path_with_an_id():
    logging.getLogger("predictions").info("GET /history/%s", 669)


def test_logs_nothing_of_anybody():
    logging.getLogger("predictions").info("GET /history")
"""


@pytest.mark.parametrize(("line", "what"), PLANTED.items())
def test_what_may_not_be_logged_is_found(monkeypatch, line, what):
    monkeypatch.setattr(watched, "secrets", {SECRET})

    found = list(findings(f"a line before\n{line}\na line after"))

    assert f"{what}: {line}" in found


@pytest.mark.parametrize("line", SOUND)
def test_a_sound_line_is_no_finding(line):
    assert list(findings(line)) == []


@image.needed
def test_what_a_container_says_is_among_what_is_grepped():
    watched.news()
    with image.open_folder() as folder:
        entrypoint = folder / "docker" / "entrypoint.sh"
        entrypoint.parent.mkdir()
        entrypoint.write_text("#!/bin/sh\necho GET /history/669\n")
        entrypoint.chmod(0o755)
        data = image.data_folder(folder)
        for _ in range(2):
            Container(folder, data).process.wait(timeout=60)

    assert "".join(watched.news()) == "GET /history/669\n" * 2


def test_a_test_that_logs_an_id_fails_and_says_what(tmp_path):
    project = checkout.at(tmp_path / "project")
    shutil.copy(checkout.ROOT / "pyproject.toml", project)
    tests = shutil.copytree(checkout.ROOT / "tests", project / "tests")
    (tests / "test_planted.py").write_text(LOGS_AN_ID)

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "tests/test_planted.py",
        ],
        cwd=project,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "2 passed, 1 error" in done.stdout
    assert "a path with an id: " in done.stdout
