"""A `.env` of the proof of concept works as a start."""

import subprocess

import pytest

from tests import checkout, shipped

SEED = """\
# Proof of concept: FastAPI + PostgreSQL
DATABASE_URL=postgresql+psycopg://technova:technova@localhost:5432/technova_attrition
API_KEY="a-key-of-the-seed-2026"
MODEL_THRESHOLD=0.5

export LOG_LEVEL=INFO
POSTGRES_USER=technova
POSTGRES_PASSWORD='technova'
POSTGRES_DB=technova_attrition
HF_SPACE=user/space-name
SECRET_KEY=0123456789012345678901234567890123456789012345678901
"""
SHOWN = (
    "from django.conf import settings as s; d = s.DATABASES['default']; "
    "print(d['ENGINE'], d['HOST'], d['PORT'], d['NAME'], d['USER'], d['PASSWORD'], "
    "s.API_KEY, s.MODEL_THRESHOLD)"
)


@pytest.fixture
def manage(tmp_path):
    project = checkout.at(tmp_path / "project")

    def run(env: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        (project / ".env").write_text(env)
        return subprocess.run(
            [".venv/bin/python", "manage.py", *arguments],
            cwd=project,
            env=checkout.environment(),
            capture_output=True,
            text=True,
        )

    return run


def test_all_of_it_is_read_and_what_is_unknown_does_not_matter(manage):
    found = manage(SEED, "shell", "--verbosity", "0", "-c", SHOWN)

    assert found.stderr == ""
    assert found.stdout.split() == [
        "predictions.database.engine",
        "localhost",
        "5432",
        "technova_attrition",
        "technova",
        "technova",
        "a-key-of-the-seed-2026",
        "0.5",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            '"a-key-of-the-seed-2026"',
            "hunter2",
            "API_KEY must be 16 characters or more, none but ASCII, or left empty.",
        ),
        ("SECRET_KEY=", "OTHER=", "SECRET_KEY is not set: put it in the environment"),
    ],
    ids=["a short key", "no secret key"],
)
def test_what_must_change_is_said_in_one_line(manage, before, after, said):
    found = manage(SEED.replace(before, after), "check")

    assert found.returncode == 1
    assert found.stderr.startswith(f"manage.py: {said}")
    assert found.stderr.count("\n") == 1
    assert "hunter2" not in found.stderr


def test_the_name_of_the_old_model_is_an_error_that_lists_the_releases(manage):
    found = manage(SEED + "MODEL_VERSION=logreg_v1\n", "check")

    assert found.returncode == 1
    assert "logreg_v1" in found.stderr
    assert all(version in found.stderr for version in shipped.VERSIONS)
