import os
import shutil
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from rest_framework.test import APIClient

from predictions.api.authentication import remembered
from predictions.models import Source
from predictions.refusals import unknown_callers
from predictions.services import Caller, Record, predict
from tests import logged, own_database, shipped
from tests.factories import EmployeeFactory, make_key, make_user, seed_features
from tests.logged import (  # noqa: F401  (fixtures of every test)
    _logs_are_kept,
    _nothing_of_anybody_is_logged,
)

LONGEST = {
    "test_commands",
    "test_killed",
    "test_permissions_seen",
    "test_screenshots",
    "test_server",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules first: begun last, one process would end them alone."""
    items.sort(key=lambda item: not _is_long(item))


def _is_long(item: pytest.Item) -> bool:
    name = item.module.__name__.rpartition(".")[2]
    return name in LONGEST or item.get_closest_marker("browser") is not None


@pytest.fixture(autouse=True)
def _own_language() -> None:
    """A request leaves its caller's language behind; the next test starts in ours."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_remembered_keys() -> None:
    """A key that a test has changed is not known from the test before."""
    remembered.forget()


@pytest.fixture(autouse=True)
def _no_counted_strangers() -> None:
    """Nor are calls of unknown callers that the test before had counted."""
    unknown_callers._counts.clear()


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """The real hash takes a third of a second a login, by design."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def shipped_releases(tmp_path_factory) -> Path:
    """A copy of what is shipped, and nothing else."""
    folder = tmp_path_factory.mktemp("releases") / "ml_artifacts"
    for version in shipped.VERSIONS:
        shutil.copytree(shipped.FOLDER / version, folder / version)
    (folder / "CURRENT").write_text(f"{shipped.SERVES}\n")
    return folder


@pytest.fixture(autouse=True)
def _shipped_releases(settings, shipped_releases) -> None:
    settings.MODEL_DIR = shipped_releases


@pytest.fixture
def features() -> dict:
    """The seed's example request: every field that a client sends."""
    return seed_features()


@pytest.fixture
def employee(db):
    return EmployeeFactory(employee_id=669)


@pytest.fixture
def api(db) -> APIClient:
    """A client with a key that may do everything."""
    _, secret = make_key()
    return APIClient(headers={"X-API-Key": secret})


@pytest.fixture
def make_prediction(db):
    """Ask for a prediction as the API would; returns the row of the log."""

    def make(employee_id: int | None = None, **changes):
        caller = Caller(source=Source.API, key_prefix="abcdefgh", key_owner="ana")
        record = Record(seed_features() | changes, employee_id)
        return predict([record], caller=caller)[0]

    return make


@pytest.fixture
def auditor(db):
    return make_user("ana", "HR auditor")


@pytest.fixture(scope="session")
def template_database(django_db_setup, django_db_blocker, tmp_path_factory):
    with (
        django_db_blocker.unblock(),
        own_database.migrated(connection.vendor, tmp_path_factory.mktemp("db")) as name,
    ):
        yield name


@pytest.fixture
def committing(template_database, django_db_blocker, tmp_path):
    """A database of the test's own, where what it does is committed."""
    vendor = connection.vendor
    with (
        django_db_blocker.unblock(),
        own_database.copied(vendor, template_database, tmp_path) as name,
        own_database.using(name),
    ):
        yield name


@pytest.fixture(scope="session")
def hr_data() -> Path:
    """The three real extracts: in the folder that HR_DATA names, never in git."""
    folder = os.environ.get("HR_DATA")
    if not folder:
        pytest.skip("HR_DATA names no folder with the three HR extracts")
    return Path(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What a process of pytest-xdist has to say goes to the one that began it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["grepped"] = logged.grepped


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    logged.grepped += getattr(node, "workeroutput", {}).get("grepped", 0)


def pytest_terminal_summary(terminalreporter) -> None:
    """What tests have measured, where somebody who runs the suite reads it."""
    terminalreporter.line(f"Lines of logs that were grepped: {logged.grepped}")
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            if report.when == "call" and report.user_properties:
                figures = [f"{name} {value}" for name, value in report.user_properties]
                terminalreporter.line(f"{report.nodeid}: {', '.join(figures)}")
