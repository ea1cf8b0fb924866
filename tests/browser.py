"""A real browser: Debian's chromium, which asks nobody but the service."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
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
]

is_there = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium with chromedriver on this machine"
)


@contextmanager
def opened(
    language: str = "fr", *more: str, choices: dict[str, object] | None = None
) -> Iterator[Chrome]:
    """A browser whose user reads `language` and made `choices` in its settings."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (*QUIET, f"--accept-lang={language}", *more):
        options.add_argument(argument)
    options.add_experimental_option("prefs", choices or {})
    driver = Chrome(options=options, service=Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def log_in(browser: Chrome, server: Server, name: str) -> None:
    browser.get(f"{server.address}/admin/login/")
    browser.find_element(By.NAME, "username").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD)
    browser.find_element(By.CSS_SELECTOR, "#login-form [type=submit]").click()
    wait_for(browser, "#logout-form")  # the login page has none


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
    """What the browser's own log holds since it was last read, policy included."""
    return [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE"
    ]
