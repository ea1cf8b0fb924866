"""wrk, which drives a server and counts its answers."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.place import Place
from tests.server import SECRET

SCRIPT = Path(__file__).parent / "predict.lua"
MISSING = (
    "make bench drives the servers with wrk, which is not here: apt-get install wrk "
    "(Debian, Ubuntu), brew install wrk (macOS)."
)


@dataclass(frozen=True)
class Driven:
    answers: int  # 2xx
    per_second: float
    median: float  # milliseconds


def is_there() -> bool:
    return shutil.which("wrk") is not None


def drive(place: Place, address: str, *, connections: int, seconds: int) -> Driven:
    """Raises RuntimeError where a request was refused, or a connection broken."""
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    done = subprocess.run(
        ["wrk", *options, "-s", str(SCRIPT), f"{address}/predict"],
        env={**os.environ, "BODY": str(place.body), "KEY": SECRET},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    if found["refused"] or found["broken"]:
        raise RuntimeError(f"not all were answered: {done.stdout}")
    return Driven(
        found["requests"],
        found["requests"] / found["microseconds"] * 1e6,
        found["median"] / 1000,
    )
