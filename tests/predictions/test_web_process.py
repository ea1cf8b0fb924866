"""A web process carries nothing that only training needs."""

import re
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests import shipped
from tests.factories import seed_features
from tests.server import PASSWORD, ROOT, Server

PREDICTIONS = 100
ONLY_TRAINING = {"sklearn", "scipy", "joblib", "pandas", "numpy"}
CONFIG = """
import sys
from pathlib import Path

__file__ = {project!r}
exec(Path(__file__).read_text())


def worker_exit(server, worker):
    Path({imported!r}).write_text("\\n".join(sys.modules))
"""


@pytest.fixture
def imported(tmp_path) -> Path:
    """Where the worker writes, as it ends, the names of all it has imported."""
    return tmp_path / "imported.txt"


@pytest.fixture
def server(tmp_path, imported) -> Iterator[Server]:
    """The project's own configuration and one worker, so that it answers everything."""
    config = tmp_path / "config.py"
    project = str(ROOT / "technova" / "gunicorn.py")
    config.write_text(CONFIG.format(project=project, imported=str(imported)))
    found = Server(tmp_path, workers=1, config=config, MODEL_VERSION=shipped.SERVES)
    yield found
    found.stop()


def read_in_the_back_office(server: Server, path: str) -> str:
    """A page as the auditor gets it, who logs in first."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    login = f"{server.address}/admin/login/?next={path}"
    form = browser.open(login, timeout=30).read().decode()
    # The language switch has a form of its own, with the same token in another mask.
    token, *_ = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    sent = {"username": "auditor", "password": PASSWORD, "csrfmiddlewaretoken": token}
    return browser.open(login, urlencode(sent).encode(), timeout=30).read().decode()


def test_after_a_hundred_predictions_nothing_of_training_is_imported(server, imported):
    answers = [
        server.call("/predict?explain=true", {"features": seed_features()})
        for _ in range(PREDICTIONS)
    ]
    server.call("/predict_by_id/669", method="POST")
    card = read_in_the_back_office(server, f"/admin/releases/{shipped.SERVES}/")
    assert server.stop() == 0

    modules = set(imported.read_text().split())
    assert len({answer["db_id"] for answer in answers}) == PREDICTIONS
    assert shipped.CARD_SHA256 in card
    assert {"attrition.scorecard", "predictions.card_page"} <= modules
    assert not {name.partition(".")[0] for name in modules} & ONLY_TRAINING
