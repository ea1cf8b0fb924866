"""Two-step login and the lock-out in a real browser, without a mouse, on any screen."""

import time
from base64 import b32decode
from collections.abc import Iterator

import pytest
from django_otp.oath import TOTP
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from predictions.logins.second_step import RECOVERY_CODES
from tests import browser as chromium
from tests.browser import complaints, hosts_asked, wait_for
from tests.predictions.test_pages_axe import findings, press, tab_to
from tests.server import PASSWORD, Server

pytestmark = [pytest.mark.browser, chromium.is_there]

HEADINGS = {
    "fr": "Connexion en deux étapes",
    "en": "Two-step login",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("two_step"), ADMIN_TOTP_REQUIRED="true")
    yield found
    found.stop()


@pytest.fixture(params=["fr", "en"])
def language(request) -> str:
    return request.param


@pytest.fixture
def browser(language) -> Iterator[Chrome]:
    with chromium.opened(language) as driver:
        yield driver


def type_login(browser, server, name, password=PASSWORD, code="") -> None:
    browser.get(f"{server.address}/admin/login/")
    browser.execute_script("document.activeElement.blur()")
    for field, text in (
        ("username", name),
        ("password", password),
        ("otp_token", code),
    ):
        tab_to(browser, f"[name={field}]")
        press(browser, text)
    press(browser, Keys.ENTER)


def shown_by_app(key: str, *, later: int = 0) -> str:
    totp = TOTP(b32decode(key.replace(" ", "")))
    totp.time = time.time() + 30 * later
    return f"{totp.token():06d}"


def is_fine(browser, server) -> bool:
    assert findings(browser) == {}
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    return True


def heading(browser) -> str:
    return browser.find_element(By.TAG_NAME, "h1").text


def test_somebody_sets_it_up_by_keyboard_and_logs_in_with_it(browser, server, language):
    name = {"fr": "auditor", "en": "manager"}[language]
    type_login(browser, server, name)
    wait_for(browser, ".qr svg")
    assert heading(browser) == HEADINGS[language]
    assert is_fine(browser, server)
    assert complaints(browser) == []
    key = browser.find_element(By.CSS_SELECTOR, "code.secret").text

    tab_to(browser, "[name=otp_token]")
    press(browser, shown_by_app(key), Keys.ENTER)
    wait_for(browser, ".codes")
    codes = [c.text for c in browser.find_elements(By.CSS_SELECTOR, ".codes code")]
    assert len(codes) == RECOVERY_CODES
    assert is_fine(browser, server)
    tab_to(browser, ".two-step a.button")
    press(browser, Keys.ENTER)
    wait_for(browser, "#logout-form")

    browser.get(f"{server.address}/admin/two-step/")
    wait_for(browser, "[name=do]")
    assert is_fine(browser, server)
    browser.delete_all_cookies()
    type_login(browser, server, name, code=codes[0])
    wait_for(browser, "#logout-form")
    browser.delete_all_cookies()
    type_login(browser, server, name, code=shown_by_app(key, later=1))
    wait_for(browser, "#logout-form")
    assert "/two-step/" not in browser.current_url


@pytest.mark.parametrize("language", ["fr"], indirect=True)  # it takes its time
def test_whoever_guesses_is_told_to_wait(browser, server, language):
    for number in range(5):
        type_login(browser, server, f"eve-{language}", f"guess {number}")
        WebDriverWait(browser, 20).until(
            lambda b: b.find_elements(By.CSS_SELECTOR, ".errornote, .error-page")
        )

    wait_for(browser, ".error-page")
    assert heading(browser) == "Trop de tentatives erronées"
    assert is_fine(browser, server)
    assert all("status of 429" in said for said in complaints(browser))
