"""An auditor exports from a real browser, and finds the export in the access log."""

import csv
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from predictions.models import Action
from tests import browser as chromium
from tests.browser import complaints, hosts_asked, wait_for
from tests.factories import seed_features
from tests.server import Server

LIST = "/admin/predictions/prediction/"

pytestmark = [pytest.mark.browser, chromium.is_there]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("browser"))
    yield found
    found.stop()


@pytest.fixture
def browser(server) -> Iterator[Chrome]:
    """An auditor's, who has logged in."""
    with chromium.opened() as driver:
        chromium.log_in(driver, server, "auditor")
        yield driver


def downloaded(folder: Path) -> Path:
    """The file, once the browser has all of it."""
    for _ in range(200):
        files = list(folder.iterdir())
        if files and not [f for f in files if f.suffix == ".crdownload"]:
            [file] = files
            return file
        time.sleep(0.1)
    raise AssertionError("nothing was downloaded")


def test_an_auditor_filters_exports_and_finds_it_in_the_access_log(
    browser, server, tmp_path
):
    number = server.call("/predict", {"features": seed_features()})["db_id"]
    folder = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
    browser.get(f"{server.address}{LIST}?source__exact=api")

    wait_for(browser, ".object-tools a[href*='/export/']").click()
    asked = wait_for(browser, ".export").text
    button = browser.find_element(By.CSS_SELECTOR, ".export [type=submit]")
    button.click()  # without a purpose
    refused = wait_for(browser, ".export .errorlist").text
    Select(browser.find_element(By.NAME, "purpose")).select_by_value("audit")
    browser.find_element(By.CSS_SELECTOR, ".export [type=submit]").click()
    file = downloaded(tmp_path)
    browser.get(
        f"{server.address}/admin/predictions/access/?action__exact={Action.EXPORTED}"
    )
    wait_for(browser, "#result_list tbody th a").click()
    look = wait_for(browser, ".details").text
    page = browser.find_element(By.ID, "content").text

    assert "selon les filtres et la recherche" in asked
    assert "Choisissez un motif." in refused
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = list(csv.DictReader(lines, delimiter=";"))
    assert str(number) in [line["Numéro"] for line in found]
    assert {line["Origine"] for line in found} == {"API"}
    assert sha256(file.read_bytes()).hexdigest() in look
    assert "contrôle périodique" in page
    assert "auditor" in page
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []
