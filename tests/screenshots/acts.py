"""What somebody does on a page before its picture is taken.

`records` are the story's.
"""

from collections.abc import Mapping
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browser import wait_for

Records = Mapping[str, int | str]


def reveal(browser: Chrome, records: Records) -> None:
    """Say what for, unless a picture before this one has."""
    if form := browser.find_elements(By.CSS_SELECTOR, ".reveal form"):
        choose_purpose(browser, "contest")
        form[0].find_element(By.CSS_SELECTOR, "[type=submit]").click()
    wait_for(browser, ".why .bar")


def replay(browser: Chrome, records: Records) -> None:
    wait_for(browser, "button[formaction$='/replay/']").click()
    wait_for(browser, ".messagelist .success")


def reveal_and_replay(browser: Chrome, records: Records) -> None:
    reveal(browser, records)
    replay(browser, records)


def choose_purpose(browser: Chrome, purpose: str) -> None:
    Select(wait_for(browser, "select[name=purpose]")).select_by_value(purpose)


def send_extracts(browser: Chrome, records: Records) -> None:
    for extract in ("sirh", "eval", "sondage"):
        file = Path(str(records["extracts"])) / f"extrait_{extract}.csv"
        wait_for(browser, f"[name={extract}]").send_keys(str(file))
    browser.find_element(By.CSS_SELECTOR, ".submit-row [type=submit]").click()
    wait_for(browser, ".changes")


def prepare_export(browser: Chrome, records: Records) -> None:
    choose_purpose(browser, "audit")


def prepare_interview(browser: Chrome, records: Records) -> None:
    choose_purpose(browser, "review")


def fill_key(browser: Chrome, records: Records) -> None:
    wait_for(browser, "[name=owner]").send_keys("Paie")
    browser.find_element(By.CSS_SELECTOR, "[value=history]").click()
