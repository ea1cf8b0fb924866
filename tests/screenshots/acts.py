"""What somebody does on a page before its picture is taken."""

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browser import wait_for


def reveal(browser: Chrome) -> None:
    """Say what for, unless a picture before this one has."""
    if form := browser.find_elements(By.CSS_SELECTOR, ".reveal form"):
        choose_purpose(browser, "contest")
        form[0].find_element(By.CSS_SELECTOR, "[type=submit]").click()
    wait_for(browser, ".why .bar")


def replay(browser: Chrome) -> None:
    wait_for(browser, "button[formaction$='/replay/']").click()
    wait_for(browser, ".messagelist .success")


def reveal_and_replay(browser: Chrome) -> None:
    reveal(browser)
    replay(browser)


def choose_purpose(browser: Chrome, purpose: str) -> None:
    Select(wait_for(browser, "select[name=purpose]")).select_by_value(purpose)


def prepare_interview(browser: Chrome) -> None:
    choose_purpose(browser, "review")


def fill_key(browser: Chrome) -> None:
    wait_for(browser, "[name=owner]").send_keys("Paie")
    browser.find_element(By.CSS_SELECTOR, "[value=history]").click()
