"""Who looked at whom among a million looks; `ROWS` takes another number of them."""

import os

import pytest

from tests.predictions.test_access_plans import PAGES, access_log

ROWS = int(os.environ.get("ROWS") or 1_000_000)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def log(template_database, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("looks")
    yield from access_log(ROWS, template_database, django_db_blocker, folder)


def test_each_question_is_answered_by_its_page(log, record_property):
    for query in PAGES.values():  # as when somebody has looked before today
        log.seconds(query)

    took = {page: log.seconds(query) for page, query in PAGES.items()}

    slowest = max(took, key=lambda page: took[page])
    figures = f"{ROWS:,} looks, slowest page {took[slowest] * 1000:.0f} ms ({slowest})"
    record_property("found", figures)
    assert took.keys() == PAGES.keys()
