"""`make figures`: the tables of var/bench.json into docs/performance.md, and a picture.

Between two marks; what people wrote around them stays.
"""

import json
import statistics
import sys
from typing import Any

import django

django.setup()

from django.utils.translation import override  # noqa: E402  (Django is set up before)

from predictions.charts import Bars  # noqa: E402
from predictions.templatetags.charts import drawn  # noqa: E402
from tests.benchmarks.sections import ON_POSTGRESQL, OUTPUT  # noqa: E402
from tests.benchmarks.serving import NAMES  # noqa: E402
from tests.server import ROOT  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance" / "requests.svg"
BEGIN, END = "<!-- make figures: begin -->", "<!-- make figures: end -->"


def main() -> None:
    found = json.loads(OUTPUT.read_text(encoding="utf-8"))
    if found["small"]:
        sys.exit("These figures are of SMALL=1, and say nothing: run make bench.")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [BEGIN, "", conditions(found["machine"])]
    for name, section in ON_POSTGRESQL.items():
        if name in found:
            lines += ["", *section.table(found[name])]
    if "serving" in found:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture(found["serving"]) + "\n", encoding="utf-8")
        lines += ["", f"![Requests a second](performance/{PICTURE.name})"]
    page = before + "\n".join([*lines, "", END]) + after
    PAGE.write_text(page, encoding="utf-8")


def conditions(machine: dict[str, Any]) -> str:
    return (
        f"Measured on {machine['day']} with {machine['processors']} processors, Python "
        f"{machine['python']} and\nPostgreSQL {machine['postgresql']} on the same "
        f"machine, under a load of {machine['load']} when it began; the median,\n"
        "and in brackets the lowest and the highest of the rounds."
    )


def picture(found: dict[str, Any]) -> str:
    rates = {
        words: statistics.median(found[name]["per_second"])
        for name, words in NAMES.items()
    }
    rows = [(words, rate, f"{rate:,.0f}") for words, rate in rates.items()]
    title = "Requests a second"
    description = f"One worker, {found['connections']} connections, the same request."
    with override("en"):
        bars = Bars("requests", title, description, rows, max(rates.values()))
        return drawn(bars, standalone=True)


if __name__ == "__main__":
    main()
