"""Everybody at once: read, scored, explained by warnings, digested and logged.

By one process, `score_employee --all --summary`, on a database of its own tables.
"""

import statistics
from typing import Any

import psycopg

from tests import measured, workforce
from tests.benchmarks.place import Place

SIZES = {100_000: 3, 1_000_000: 1}
"""How many people, and how often."""
SMALL_SIZES = {2_000: 1}
COMMAND = ("score_employee", "--all", "--summary")
BARS = {"per_second": 12_000, "seconds": 85}
"""Rows a second at least; seconds at most for a million."""


def measure(place: Place) -> dict[str, Any]:
    """Of each size the seconds, the start of the command counted, and the memory."""
    found: dict[str, Any] = {}
    there = 0
    for size, times in (SMALL_SIZES if place.is_small else SIZES).items():
        with psycopg.connect(place.url) as connection:
            if not there:
                connection.execute("DELETE FROM employees")  # the demonstration's
            workforce.employ(connection.cursor(), there + 1, size)
        there = size
        runs = [_run(place, size) for _ in range(times)]
        found[str(size)] = {
            "seconds": [run.seconds for run in runs],
            "processor": [run.processor for run in runs],
            "megabytes": [run.megabytes for run in runs],
        }
    return found


def _run(place: Place, size: int) -> measured.Run:
    before = place.count("predictions")
    run = measured.manage(place.folder, place.environment, *COMMAND)
    logged = place.count("predictions") - before
    if run.code or logged != size:
        raise RuntimeError(f"{logged} of {size} logged: {run.out}")
    return run


def table(found: dict[str, Any]) -> list[str]:
    lines = [
        "| `score_employee --all`, one process | seconds | rows a second "
        "| µs of processor a row | MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for size, of in found.items():
        count = int(size)
        seconds = statistics.median(of["seconds"])
        micro = statistics.median(of["processor"]) / count * 1e6
        lines.append(
            f"| {count:,} employees | {seconds:.1f} | {count / seconds:,.0f} "
            f"| {micro:.0f} | {max(of['megabytes']):.0f} |"
        )
    return [
        *lines,
        "",
        f"Promised: {BARS['per_second']:,} rows a second, a million in "
        f"{BARS['seconds']} s.",
    ]
