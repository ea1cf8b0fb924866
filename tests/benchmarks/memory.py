"""What a worker weighs, with the application loaded before the workers are made."""

from pathlib import Path
from typing import Any

from tests.benchmarks.place import Place, Running
from tests.server import children

WORKERS = 2
REQUESTS = 200
KINDS = ("Rss", "Pss", "Private")


def measure(place: Place) -> dict[str, Any]:
    """MB of each worker after some requests, as Linux counts them.

    Rss counts what is shared once for each, Pss divides it, Private leaves it out.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return {"workers": []}
    command = ["gunicorn", "technova.wsgi", "--config", "technova/gunicorn.py"]
    command += ["--preload", "--workers", str(WORKERS)]
    with Running(place, command, "--bind", "127.0.0.1:{port}") as server:
        for _ in range(REQUESTS):
            server.predict()
        workers = [_of_process(pid) for pid in children(server.process.pid)]
        return {"workers": workers, "master": _of_process(server.process.pid)}


def _of_process(pid: int) -> dict[str, float]:
    found = dict.fromkeys(KINDS, 0.0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, size = line.split()[:2]
        kind = name.rstrip(":").partition("_")[0]
        if name in ("Rss:", "Pss:", "Private_Clean:", "Private_Dirty:"):
            found[kind] += int(size) / 1024
    return found


def table(found: dict[str, Any]) -> list[str]:
    if not found["workers"]:
        return ["Only Linux tells the memory of a worker."]
    lines = [
        f"| MB with `--preload`, {WORKERS} workers | RSS | PSS | private |",
        "| --- | ---: | ---: | ---: |",
    ]
    numbered = [(f"worker {i}", w) for i, w in enumerate(found["workers"], 1)]
    for name, of in [*numbered, ("the process that made them", found["master"])]:
        cells = " | ".join(f"{of[kind]:.0f}" for kind in KINDS)
        lines.append(f"| {name} | {cells} |")
    return lines
