"""A command as an operator runs it, and what it took."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

# What the kernel counts for a process begins with the memory of the one that started
# it: pytest's would be added. This one is small.
_SMALL_PARENT = """
import json, os, sys, time
begin = time.perf_counter()
command = [sys.executable, "manage.py", *sys.argv[2:]]
_, status, used = os.wait4(os.posix_spawn(command[0], command, os.environ), 0)
figures = {
    "seconds": time.perf_counter() - begin,
    "processor": used.ru_utime + used.ru_stime,
    "megabytes": used.ru_maxrss / 1024,
}
with open(sys.argv[1], "w") as file:
    json.dump(figures, file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Run(NamedTuple):
    """`processor` is seconds, all processes together; `megabytes` the largest one's."""

    code: int
    out: str
    seconds: float
    processor: float
    megabytes: float

    def figures(self, rows: int) -> str:
        return (
            f"{rows:,} rows in "
            f"{self.seconds:.1f} s, {rows / self.seconds:,.0f} rows/s, "
            f"{self.processor:.1f} s of processor, {self.megabytes:.0f} MB"
        )


def manage(folder: Path, environment: dict[str, str], *arguments: str) -> Run:
    """Run a command of manage.py; `folder` is a place for a file."""
    file = folder / "figures.json"
    done = subprocess.run(
        [sys.executable, "-c", _SMALL_PARENT, str(file), *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    return Run(
        done.returncode, done.stdout + done.stderr, **json.loads(file.read_text())
    )
