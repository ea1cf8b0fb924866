"""`make bench`: every section in turn, into var/bench.json and onto the terminal.

`SECTIONS="serving memory"` runs only these; `SMALL=1` only shows that all of it works.
"""

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django
import psycopg

django.setup()  # before what reads the settings, hence E402 below

from tests.benchmarks import scoring, wrk  # noqa: E402
from tests.benchmarks.place import Place, own_place  # noqa: E402
from tests.benchmarks.sections import ON_POSTGRESQL, OUTPUT  # noqa: E402


def main(chosen: list[str]) -> None:
    known = ["scoring", *ON_POSTGRESQL]
    chosen = chosen or known
    if unknown := set(chosen) - set(known):
        sys.exit(f"No section {', '.join(unknown)}; there are {', '.join(known)}.")
    if "serving" in chosen and not wrk.is_there():
        sys.exit(wrk.MISSING)
    problem = scoring.main() if "scoring" in chosen else None
    is_small = os.environ.get("SMALL", "") not in ("", "0")
    found: dict[str, Any] = {"small": is_small}
    sections = {n: each for n, each in ON_POSTGRESQL.items() if n in chosen}
    if not sections:
        sys.exit(problem)
    with own_place(is_small=is_small) as place:
        found["machine"] = machine(place)
        for name, section in sections.items():
            found[name] = section.measure(place)
            show(section.table, found[name])
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.exit(problem)


def show(table: Callable[[Any], list[str]], found: Any) -> None:
    print("\n" + "\n".join(table(found)), flush=True)  # noqa: T201


def machine(place: Place) -> dict[str, Any]:
    with psycopg.connect(place.url) as connection:
        version = connection.info.server_version
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),  # before ours: what else is running
        "python": platform.python_version(),
        "postgresql": version // 10_000,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
