"""The back-office and /docs in a real browser: what may not be done is not offered."""

import shutil
from collections.abc import Iterator

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.server import PASSWORD, Server

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1600",
    "--accept-lang=fr",
]
LIST = "/admin/predictions/prediction/"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium with chromedriver on this machine"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("browser"))
    yield found
    found.stop()


@pytest.fixture
def browser() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in QUIET:
        options.add_argument(argument)
    driver = Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def log_in(browser, server):
    def as_(name: str) -> None:
        browser.get(f"{server.address}/admin/login/")
        browser.find_element(By.NAME, "username").send_keys(name)
        browser.find_element(By.NAME, "password").send_keys(PASSWORD)
        browser.find_element(By.CSS_SELECTOR, "[type=submit]").click()
        wait_for(browser, "#site-name")

    return as_


def wait_for(browser: Chrome, selector: str):
    located = presence_of_element_located((By.CSS_SELECTOR, selector))
    return WebDriverWait(browser, 20).until(located)


def links(browser: Chrome) -> set[str]:
    return {a.get_attribute("href") for a in browser.find_elements(By.TAG_NAME, "a")}


def hosts_asked(browser: Chrome) -> set[str]:
    """Every host that the page asked for anything."""
    return set(
        browser.execute_script(
            "return performance.getEntriesByType('resource')"
            ".map(entry => new URL(entry.name).host)"
        )
    )


def complaints(browser: Chrome) -> list[str]:
    return [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE"
    ]


def test_an_auditor_finds_a_prediction_and_may_only_read_it(browser, server, log_in):
    log_in("auditor")
    home = links(browser)

    browser.get(f"{server.address}{LIST}?q=669")
    listed = links(browser)
    first = wait_for(browser, "#result_list tbody th a")
    browser.get(first.get_attribute("href"))
    page = wait_for(browser, "#content").text

    assert f"{server.address}{LIST}" in home
    assert not [link for link in home | listed if "employee" in link or "key" in link]
    assert not [link for link in listed if link.endswith("/add/")]
    assert "seuil" in page
    assert "Revenu mensuel" in page
    assert "données fictives" in browser.page_source
    assert not browser.find_elements(By.CSS_SELECTOR, "[name=_save], .deletelink")
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


def test_an_auditor_reads_the_log_in_the_browsable_api_and_cannot_score(
    browser, server, log_in
):
    log_in("auditor")

    browser.get(f"{server.address}/history?limit=1")
    history = wait_for(browser, ".response-info").text
    browser.get(f"{server.address}/predict")

    assert '"db_id"' not in history
    assert '"proba_depart"' in history
    assert not browser.find_elements(By.CSS_SELECTOR, "textarea")


def test_a_manager_edits_an_employee(browser, server, log_in):
    log_in("manager")
    address = f"{server.address}/admin/attrition/employee/669/change/"
    browser.get(address)

    age = browser.find_element(By.NAME, "age")
    before = age.get_attribute("value")
    age.clear()
    age.send_keys("44")
    browser.find_element(By.NAME, "_save").click()
    wait_for(browser, ".messagelist .success")
    browser.get(address)

    assert before != "44"
    assert browser.find_element(By.NAME, "age").get_attribute("value") == "44"
    assert complaints(browser) == []


def test_a_manager_scores_from_the_browsable_api(browser, server, log_in):
    log_in("manager")
    browser.get(f"{server.address}/predict")

    browser.find_element(By.CSS_SELECTOR, "form[action='/predict'] button").click()
    stale = [StaleElementReferenceException]  # the page is being replaced
    WebDriverWait(browser, 20, ignored_exceptions=stale).until(
        lambda b: '"db_id"' in b.find_element(By.CSS_SELECTOR, ".response-info").text
    )

    row = server.call("/history?limit=1")[0]
    assert row["user_name"] == "manager"


def test_docs_list_every_call_and_ask_nobody_else(browser, server):
    browser.get(f"{server.address}/docs")

    wait_for(browser, ".opblock-summary-path")
    paths = {
        element.text.replace("\u200b", "")
        for element in browser.find_elements(By.CSS_SELECTOR, ".opblock-summary-path")
    }

    assert {"/predict", "/predict_by_id/{employee_id}", "/history", "/health"} <= paths
    assert hosts_asked(browser) == {server.address.removeprefix("http://")}
    assert complaints(browser) == []
