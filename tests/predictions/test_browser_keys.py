"""An API administrator's work with keys in a real browser, with the API beside it."""

import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.predictions import test_browser
from tests.predictions.test_browser import (
    browser,
    complaints,
    hosts_asked,
    language,
    log_in,
    server,
    wait_for,
)
from tests.server import PASSWORD, Server

pytestmark = test_browser.pytestmark

MAKE_ADMINISTRATOR = f"""
from django.contrib.auth.models import Group, User
user = User.objects.create_user("dora", password="{PASSWORD}", is_staff=True)
user.groups.add(Group.objects.get(name="API administrator"))
"""
WORDS = {
    "fr": {"copied": "Clé copiée.", "revoked": "révoquée depuis le"},
    "en": {"copied": "Copied.", "revoked": "revoked since"},
}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@pytest.fixture
def administrator(browser, server, log_in):
    if "dora" not in server.manage("shell", "-v", "0", "-c", WHO):
        server.manage("shell", "-v", "0", "-c", MAKE_ADMINISTRATOR)
    log_in("dora")
    return browser


WHO = "from django.contrib.auth.models import User; print(*User.objects.all())"


def history_with(server: Server, secret: str) -> tuple[int, str]:
    """The status and, of a refusal, the sentence."""
    request = urllib.request.Request(
        f"{server.address}/history?limit=1",
        headers={"X-API-Key": secret, "Accept-Language": "en"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["detail"]


def make_key(browser, server) -> str:
    """Through the form, by the keyboard; returns the secret that is shown."""
    browser.get(f"{server.address}/admin/predictions/apikey/add/")
    wait_for(browser, "[name=owner]").send_keys("Paie")
    browser.find_element(By.CSS_SELECTOR, "[value=history]").send_keys(Keys.SPACE)
    browser.find_element(By.NAME, "_save").send_keys(Keys.ENTER)
    return wait_for(browser, "#secret").get_attribute("value")


@pytest.mark.parametrize("language", WORDS)
def test_a_key_is_made_copied_used_and_revoked_with_a_reason(
    administrator, server, language
):
    page, words = administrator, WORDS[language]
    page.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    secret = make_key(page, server)
    page.find_element(By.CSS_SELECTOR, "[data-copies]").send_keys(Keys.ENTER)
    told = WebDriverWait(page, 10).until(
        lambda b: b.find_element(By.CSS_SELECTOR, "[role=status]#copied").text
    )
    on_the_clipboard = page.execute_async_script(
        "navigator.clipboard.readText().then(arguments[0], e => arguments[0](`${e}`))"
    )
    works = history_with(server, secret)

    page.find_element(By.CSS_SELECTOR, "#content a.button").click()
    wait_for(page, ".object-tools a[href$='/revoke/']").click()
    wait_for(page, "[name=reason]").send_keys("trouvée dans un dépôt public")
    page.find_element(By.CSS_SELECTOR, "#content [type=submit]").click()
    revoked = time.monotonic()
    wait_for(page, ".messagelist .success")
    time.sleep(max(0, revoked + 3 - time.monotonic()))
    # Several times: each process of the server remembers for itself.
    refused = {history_with(server, secret) for _ in range(10)}
    seen = page.find_element(By.ID, "content").text

    assert told == words["copied"]
    assert on_the_clipboard == secret
    assert works == (200, "")
    [(status, sentence)] = refused
    assert status == 401
    assert f"revoked on {datetime.now(UTC):%Y-%m-%d}" in sentence
    assert words["revoked"] in seen
    assert "trouvée dans un dépôt public" in seen
    assert secret not in page.page_source
    assert hosts_asked(page) <= {server.address.removeprefix("http://")}
    assert complaints(page) == []


def test_the_page_of_a_new_key_shows_nothing_when_it_is_loaded_again(
    administrator, server
):
    secret = make_key(administrator, server)

    administrator.refresh()
    again = wait_for(administrator, "#content").text
    source = administrator.page_source
    administrator.back()

    assert "déjà été affiché" in again
    assert secret not in source
    assert secret not in administrator.page_source
    assert secret not in server.log.read_text()


def test_the_secret_can_be_copied_by_hand_without_a_script(administrator, server):
    administrator.execute_cdp_cmd(
        "Emulation.setScriptExecutionDisabled", {"value": True}
    )

    secret = make_key(administrator, server)

    assert len(secret) == 48
    assert administrator.find_element(By.ID, "secret").is_displayed()
    [button] = administrator.find_elements(By.CSS_SELECTOR, "[data-copies]")
    assert not button.is_displayed()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_keys_is_wider_than_the_screen(administrator, server, width):
    administrator.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", PHONE | {"width": width}
    )
    make_key(administrator, server)
    number = administrator.current_url.split("/")[-3]
    apikey = f"{server.address}/admin/predictions/apikey/"

    found = {"new": too_wide(administrator)}
    for page in ("add/", f"{number}/change/", f"{number}/revoke/"):
        administrator.get(apikey + page)
        wait_for(administrator, "#content form")
        found[page] = too_wide(administrator)

    assert found == dict.fromkeys(found, width)


def too_wide(browser) -> int:
    return browser.execute_script("return document.documentElement.scrollWidth")
