"""Every entry point × what is hostile to it: which tests hold the rows, and how many.

Each row says what is refused and how, and that nothing of it stays and nothing is told.
They stand beside what they are about; here they are counted, so that none is lost.
"""

import subprocess
import sys

import pytest

from tests.server import ROOT

PREDICTIONS, ATTRITION, ATTACK = "tests/predictions", "tests/attrition", "tests/attack"
TABLE: dict[str, tuple[int, list[str]]] = {
    "API: addresses and headers": (
        350,
        [f"{PREDICTIONS}/test_api_bad_address.py", f"{PREDICTIONS}/test_api_order.py"],
    ),
    "API: bodies": (
        850,
        [
            f"{PREDICTIONS}/test_api_bad_body.py",
            f"{PREDICTIONS}/test_api_bad_features.py",
        ],
    ),
    "API: callers": (
        160,
        [f"{PREDICTIONS}/test_api_keys.py", f"{PREDICTIONS}/test_enumeration.py"],
    ),
    "API: uploads": (55, [f"{PREDICTIONS}/test_api_batches_refused.py"]),
    "files: CSV and NDJSON": (95, [f"{PREDICTIONS}/test_record_files.py"]),
    "files: HR extracts": (100, [f"{ATTRITION}/test_extracts_refused.py"]),
    "admin: forms and addresses": (
        140,
        [
            f"{PREDICTIONS}/test_admin_employees.py",
            f"{PREDICTIONS}/test_admin_keys.py",
            f"{PREDICTIONS}/test_error_pages.py",
        ],
    ),
    "admin: uploads": (40, [f"{PREDICTIONS}/test_admin_import_refused.py"]),
    "commands": (
        160,
        [
            f"{PREDICTIONS}/test_score_employee.py",
            f"{PREDICTIONS}/test_create_api_key.py",
            f"{ATTRITION}/test_import_employees.py",
            f"{ATTRITION}/test_train_model_wishes.py",
        ],
    ),
    "environment": (450, ["tests/test_variables.py", "tests/test_production.py"]),
    "fixtures": (12, [f"{ATTACK}/test_fixtures.py"]),
    "release folders": (
        120,
        [
            f"{ATTRITION}/test_releases_rejected.py",
            f"{PREDICTIONS}/test_odd_releases.py",
        ],
    ),
    "the socket": (42, [f"{ATTACK}/test_smuggling.py"]),
}


@pytest.fixture(scope="module")
def rows() -> dict[str, int]:
    """How many rows each file holds."""
    files = [file for _, files in TABLE.values() for file in files]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    found = dict.fromkeys(files, 0)
    for line in done.stdout.splitlines():
        if (file := line.partition("::")[0]) in found:
            found[file] += 1
    return found


@pytest.mark.parametrize("entry", TABLE)
def test_no_row_of_the_table_is_lost(rows, entry, record_property):
    least, files = TABLE[entry]

    count = sum(rows[file] for file in files)

    record_property("rows", count)
    assert all(rows[file] for file in files)
    assert count >= least
