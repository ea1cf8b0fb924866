"""What a page of the log costs at 10,000 rows and at 1,000,000, in turns.

`python -m tests.benchmarks.reading` makes two databases on the PostgreSQL that
`DATABASE_URL` names, drops them at the end, and prints JSON; `SMALL=1` only shows that
all of it works. `make bench` runs it so and shows the table.
"""

import json
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  (Django is set up before)
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from tests import own_database  # noqa: E402
from tests.factories import make_key, make_user  # noqa: E402
from tests.log_pages import pages  # noqa: E402
from tests.log_rows import as_years_leave_it, fill  # noqa: E402

ROOT = Path(__file__).parent.parent.parent
SIZES = (10_000, 1_000_000)
SMALL_SIZES = (5_000, 10_000)
TURNS = 25
EACH = 50  # rows of each person, whatever the size
PROMISED = 1.5


def measure(place: Any) -> dict[str, Any]:
    """The figures, from a process of its own on the place's server."""
    environment = {**place.environment, "SMALL": "1" if place.is_small else ""}
    command = [sys.executable, "-m", "tests.benchmarks.reading"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout)


def table(found: dict[str, Any]) -> list[str]:
    small, large = (f"{size:,}" for size in found["sizes"])
    lines = [
        f"| ms, the whole request | {small} rows | {large} rows | ratio |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, (first, second) in found["pages"].items():
        lines.append(f"| {name} | {first:.1f} | {second:.1f} | {second / first:.2f} |")
    return lines


def main() -> None:
    if connection.vendor != "postgresql":
        sys.exit("DATABASE_URL names no PostgreSQL.")
    setup_test_environment()
    logging.disable(logging.INFO)  # a line a request
    is_small = os.environ.get("SMALL", "") not in ("", "0")
    sizes = SMALL_SIZES if is_small else SIZES
    with TemporaryDirectory() as folder, _logs(sizes, Path(folder)) as names:
        found = _in_turns(names, 2 if is_small else TURNS)
    pages = {
        page: [statistics.median(times) * 1000 for times in both]
        for page, both in found.items()
    }
    print(json.dumps({"sizes": sizes, "promised": PROMISED, "pages": pages}))  # noqa: T201


@contextmanager
def _logs(sizes: tuple[int, ...], folder: Path) -> Iterator[list[str]]:
    """The names of databases with so many rows."""
    with own_database.migrated("postgresql", folder) as template:
        first = own_database.copied("postgresql", template, folder)
        second = own_database.copied("postgresql", template, folder)
        with first as few, second as many:
            for name, size in zip((few, many), sizes, strict=True):
                with own_database.using(name):
                    fill(size, people=size // EACH, change=as_years_leave_it(size))
                    with connection.cursor() as cursor:
                        cursor.execute("VACUUM ANALYZE")
            yield [few, many]


def _in_turns(names: list[str], turns: int) -> dict[str, list[list[float]]]:
    clients, asked = {}, {}
    for name in names:
        with own_database.using(name):
            _, secret = make_key()
            clients[name] = Client(headers={"X-API-Key": secret})
            clients[name].force_login(make_user("ana", "HR auditor"))
            asked[name] = pages()
    found: dict[str, list[list[float]]] = {page: [[], []] for page in asked[names[0]]}
    for _ in range(turns):
        for page, times in found.items():  # both at once: what disturbs disturbs both
            for i, name in enumerate(names):
                with own_database.using(name):
                    _seconds(clients[name], asked[name][page])  # warms the connection
                    times[i].append(_seconds(clients[name], asked[name][page]))
    return found


def _seconds(client: Client, address: str) -> float:
    begin = time.perf_counter()
    answer = client.get(address)
    seconds = time.perf_counter() - begin
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return seconds


if __name__ == "__main__":
    main()
