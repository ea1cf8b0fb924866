"""schemathesis on the whole OpenAPI schema, against a running server.

Every check it has, with a key and without; tests/attack/schema_checks.py says where
ours stand in the place of two. `SCHEMA_EXAMPLES` says how many requests each call gets
at most in each phase; the whole takes minutes.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import ROOT, SECRET, Server

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "60"))
CASES = 2000  # at least, where nothing says that it is to be small
IS_SMALL = EXAMPLES < 60
IN_THEIR_PLACE = "positive_data_acceptance,negative_data_rejection"

pytestmark = [pytest.mark.long, pytest.mark.logs_values("hostile ones are no people's")]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("schema"))
    yield found
    found.stop()


def run(server: Server, folder: Path, *more: str) -> str:
    """What schemathesis says at its end. Fails where it has found anything."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"{server.address}/openapi.json",
            *("--checks", "all", "--exclude-checks", IN_THEIR_PLACE),
            *("--max-examples", str(EXAMPLES), "--seed", "1", "--no-color"),
            *("--continue-on-failure", "--request-timeout", "60", *more),
            *(("--phases", "examples,fuzzing") if IS_SMALL else ()),
        ],
        cwd=folder,
        env=os.environ
        | {
            "SCHEMATHESIS_HOOKS": "tests.attack.schema_checks",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Traceback" not in server.log.read_text()
    return done.stdout


def cases(said: str) -> int:
    [generated] = re.findall(r"(\d+) generated", said)
    return int(generated)


@pytest.mark.parametrize(
    "headers",
    [("--header", f"X-API-Key: {SECRET}"), ()],
    ids=["key", "no-key"],
)
def test_nothing_is_answered_that_the_schema_does_not_say(
    server, tmp_path, headers, record_property
):
    said = run(server, tmp_path, *headers)

    record_property("test cases", cases(said))
    if headers and not IS_SMALL:
        assert cases(said) >= CASES
