"""A single request: the service between the floor and what the seed did.

In turn and over several rounds, on one PostgreSQL, one worker each: a busy machine
slows all three, and what counts is the ratio of a round.
"""

import statistics
import time
from typing import Any

from tests.benchmarks import wrk
from tests.benchmarks.place import Place, Running

CONNECTIONS = 8
ROUNDS = 5
SECONDS = 5
SETTINGS = ["--config", "technova/gunicorn.py", "--workers", "1"]
BIND = ("--bind", "127.0.0.1:{port}")
SUBJECTS = {
    "floor": (
        ["gunicorn", "tests.benchmarks.floor:application", *SETTINGS],
        BIND,
        "predictions",
    ),
    "floor_one": (
        [
            *("gunicorn", "tests.benchmarks.floor:application", *SETTINGS),
            *("--worker-class", "sync"),
        ],
        BIND,
        "predictions",
    ),
    "seed": (
        ["uvicorn", "tests.benchmarks.seed_like:app", "--log-level", "warning"],
        ("--port", "{port}"),
        "seed_predictions",
    ),
    "service": (["gunicorn", "technova.wsgi", *SETTINGS], BIND, "predictions"),
}
NAMES = {
    "floor": "the floor, with four threads",
    "floor_one": "the floor, one request after the other",
    "seed": "like the seed: FastAPI, scikit-learn",
    "service": "the service",
}
BARS = {"floor": 0.5, "floor_one": 0.5, "seed": 10}
"""What the service's throughput should be, at least, times that of another."""

THE_SEEDS_TABLE = """
CREATE TABLE seed_predictions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    employee_id integer,
    input_payload jsonb NOT NULL,
    proba_depart double precision NOT NULL,
    prediction integer NOT NULL,
    threshold double precision NOT NULL,
    model_version text NOT NULL
)
"""


def measure(place: Place) -> dict[str, Any]:
    """Throughput at 8 connections, the median at one, and the ratios, by round."""
    place.execute(THE_SEEDS_TABLE)
    rounds, seconds = (1, 1) if place.is_small else (ROUNDS, SECONDS)
    found: dict[str, Any] = {
        name: {"per_second": [], "median_ms": [], "first_answer_s": []}
        for name in SUBJECTS
    }
    for _ in range(rounds):
        for name in SUBJECTS:
            _one(place, name, seconds, found[name])
    found["ratios"] = {other: _ratios(found, other) for other in BARS}
    return {"connections": CONNECTIONS, "seconds": seconds, **found}


def _ratios(found: dict[str, Any], other: str) -> dict[str, list[float]]:
    """How many times the other's the service's rate is: 1 is as fast."""
    ours, theirs = found["service"], found[other]
    rates = zip(ours["per_second"], theirs["per_second"], strict=True)
    times = zip(ours["median_ms"], theirs["median_ms"], strict=True)
    return {
        "per_second": [our / their for our, their in rates],
        "median_ms": [their / our for our, their in times],
    }


def _one(place: Place, name: str, seconds: int, found: dict[str, list[float]]) -> None:
    command, binding, table = SUBJECTS[name]
    with Running(place, command, *binding) as server:
        wrk.drive(place, server.address, connections=CONNECTIONS, seconds=1)  # warm
        for connections, key in ((CONNECTIONS, "per_second"), (1, "median_ms")):
            before = _settled(place, table)
            driven = wrk.drive(
                place, server.address, connections=connections, seconds=seconds
            )
            logged = _settled(place, table) - before
            # wrk hangs up at its end: what it no longer waits for may be logged.
            if not 0 <= logged - driven.answers <= connections:
                raise RuntimeError(
                    f"{name}: {driven.answers} answers, {logged} rows in the log"
                )
            value = driven.per_second if key == "per_second" else driven.median
            found[key].append(value)
        found["first_answer_s"].append(server.first_answer)


def _settled(place: Place, table: str) -> int:
    """The rows, once no more come."""
    found = place.count(table)
    while True:
        time.sleep(0.2)
        before, found = found, place.count(table)
        if found == before:
            return found


def table(found: dict[str, Any]) -> list[str]:
    """Markdown, for the terminal and for docs/performance.md."""
    lines = [
        f"| one worker, {found['connections']} connections | requests/s "
        "| ms at one connection | seconds to the first answer |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, words in NAMES.items():
        of = found[name]
        lines.append(
            f"| {words} | {_spread(of['per_second'], 0)} "
            f"| {_spread(of['median_ms'], 2)} | {_spread(of['first_answer_s'], 1)} |"
        )
    many = f"at {found['connections']} connections"
    lines += ["", f"| ratio of rates, by round | promised | {many} | at one |"]
    lines += ["| --- | ---: | ---: | ---: |"]
    for other, bar in BARS.items():
        ratios = found["ratios"][other]
        of_many, of_one = (_spread(ratios[k], 2) for k in ("per_second", "median_ms"))
        lines.append(f"| the service ÷ {NAMES[other]} | {bar} | {of_many} | {of_one} |")
    return lines


def _spread(values: list[float], digits: int) -> str:
    """The median, and the lowest and highest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    words = [f"{value:,.{digits}f}" for value in (middle, low, high)]
    return f"{words[0]} ({words[1]}–{words[2]})" if len(values) > 1 else words[0]
