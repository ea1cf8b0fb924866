"""What is measured on PostgreSQL, in this order.

A section has `measure(place)`, which gives JSON, and `table(found)`: Markdown, lines of
it, for the terminal and for docs/performance.md.
"""

from tests.benchmarks import bulk, memory, reading, serving
from tests.server import ROOT

ON_POSTGRESQL = {
    "serving": serving,
    "bulk": bulk,
    "reading": reading,
    "memory": memory,
}
OUTPUT = ROOT / "var" / "bench.json"
