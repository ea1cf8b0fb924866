"""One scrape: what all workers have counted, and what stands in the database."""

import os

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

from predictions.monitoring.counters import COUNTED
from predictions.monitoring.state import State

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def exposition(accept: str) -> tuple[bytes, str]:
    """The text and its media type, in the format that the scraper takes."""
    scraped = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(scraped)  # type: ignore[no-untyped-call]
    else:
        scraped.register(COUNTED)
    scraped.register(State())
    encode, content_type = choose_encoder(accept)
    return encode(scraped), content_type
