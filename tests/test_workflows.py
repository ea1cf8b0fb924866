"""GitHub's workflows: sound by their schema, pinned, with only the rights they need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+")


def jobs() -> dict[str, dict]:
    return yaml.safe_load((FOLDER / "ci.yml").read_text(encoding="utf-8"))["jobs"]


def steps() -> list[tuple[str, dict]]:
    return [(name, step) for name, job in jobs().items() for step in job["steps"]]


def test_the_files_fit_githubs_schema():
    schema = ["--builtin-schema", "vendor.github-workflows"]

    found = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *schema, *FILES],
        capture_output=True,
        text=True,
    )

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_action_is_pinned_by_commit_and_says_which_version_that_is(file):
    lines = [line for line in file.read_text().splitlines() if "uses:" in line]

    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_may_only_read_and_is_not_run_for_strangers_with_secrets(file):
    text = file.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)

    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in text
    assert "permissions" not in [
        key for job in workflow["jobs"].values() for key in job
    ]


def test_a_checkout_leaves_no_token_behind():
    checkouts = [step for _, step in steps() if "checkout@" in step.get("uses", "")]

    assert len(checkouts) == len(jobs())
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_word_of_make_is_one_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    words = {
        word
        for _, step in steps()
        for word in re.findall(r"\bmake ([a-z]+)", step.get("run", ""))
    }

    assert words == {
        "lint",
        "types",
        "check",
        "deployable",
        "audit",
        "coverage",
        "test",
        "prove",
    }
    assert words <= rules


def test_every_script_is_there_and_may_be_run():
    scripts = [
        ROOT / word
        for _, step in steps()
        for word in re.findall(r"\S+\.sh\b", step.get("run", ""))
    ]

    assert scripts
    assert all(script.stat().st_mode & 0o111 for script in scripts)


def test_both_databases_are_tested_on_the_oldest_and_the_newest_python():
    matrix = jobs()["tests"]["strategy"]["matrix"]
    [postgres] = matrix["include"]

    assert matrix["python"] == ["3.11", "3.13"]
    assert matrix["database"] == ["SQLite", postgres["database"]]
    assert postgres["url"].startswith("postgresql://")
    assert jobs()["tests"]["services"]["postgres"]["image"] == "postgres:16"


def test_only_what_was_pushed_to_main_and_passed_everything_is_deployed():
    deploy = jobs()["deploy"]

    assert set(deploy["needs"]) == set(jobs()) - {"deploy", "prove"}
    assert deploy["if"] == (
        "${{ github.event_name == 'push' && github.ref == 'refs/heads/main' }}"
    )
    assert deploy["concurrency"]["cancel-in-progress"] is False


def test_what_takes_minutes_is_proven_once_a_week_and_keeps_no_push_waiting():
    assert jobs()["prove"]["if"] == (
        "${{ github.event_name == 'schedule'"
        " || github.event_name == 'workflow_dispatch' }}"
    )


def test_nobody_but_the_deployment_sees_a_secret():
    secrets = {
        (name, key)
        for name, step in steps()
        for key, value in step.get("env", {}).items()
        if "secrets." in value
    }

    assert secrets == {("deploy", "HF_TOKEN"), ("deploy", "HF_SPACE")}
    assert "".join(file.read_text() for file in FILES).count("secrets.") == 2


def test_nothing_names_a_package_index():
    text = "".join(file.read_text() for file in FILES).lower()

    assert not re.search(r"index-url|pypi|simple/", text)
