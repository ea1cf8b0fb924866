"""A Space of Hugging Face in a browser: behind its proxy, within its frame."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By

from tests import browser, space_proxy
from tests.browser import complaints, wait_for
from tests.server import PASSWORD, Server

pytestmark = [browser.is_there, pytest.mark.browser]
NO_COOKIES_OF_OTHERS = {"profile.cookie_controls_mode": 1}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("space"), SPACE_HOST=space_proxy.SPACE)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def arguments(server, tmp_path_factory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("proxy")
    with space_proxy.proxied(server.address, folder) as found:
        yield found


@pytest.mark.parametrize(
    "choices", [{}, NO_COOKIES_OF_OTHERS], ids=["usual", "no cookies of other sites"]
)
def test_in_the_frame_people_log_in_read_a_prediction_and_log_out(arguments, choices):
    with browser.opened("en", *arguments, choices=choices) as driver:
        driver.get(f"https://{space_proxy.HUB}/spaces/somebody/technova-attrition")
        assert driver.title == "A page around it"
        driver.switch_to.frame(0)
        wait_for(driver, "[name=username]").send_keys("auditor")
        driver.find_element(By.NAME, "password").send_keys(PASSWORD)
        driver.find_element(By.CSS_SELECTOR, "#login-form [type=submit]").click()
        wait_for(driver, "#logout-form")

        follow(driver, "/admin/predictions/prediction/")
        wait_for(driver, "#result_list th a").click()
        said = wait_for(driver, ".form-row, fieldset, #content-main").text
        driver.find_element(By.CSS_SELECTOR, "#logout-form [type=submit]").click()
        wait_for(driver, "[href*='/admin/']")
        left = driver.find_elements(By.CSS_SELECTOR, "#logout-form")

        assert "669" in said
        assert left == []
        assert complaints(driver) == []


def test_no_other_site_may_frame_it(arguments):
    with browser.opened("en", *arguments) as driver:
        driver.get(f"https://{space_proxy.STRANGER}/")

        assert any("frame-ancestors" in text for text in complaints(driver))


def test_without_a_frame_people_log_in_as_well(arguments):
    with browser.opened("en", *arguments) as driver:
        driver.get(f"https://{space_proxy.SPACE}/admin/login/")
        wait_for(driver, "[name=username]").send_keys("manager")
        driver.find_element(By.NAME, "password").send_keys(PASSWORD)
        driver.find_element(By.CSS_SELECTOR, "#login-form [type=submit]").click()
        wait_for(driver, "#logout-form")

        assert {
            (cookie["sameSite"], cookie["secure"]) for cookie in driver.get_cookies()
        } == {("None", True)}


def follow(driver, path: str) -> None:
    links = driver.find_elements(By.CSS_SELECTOR, f"a[href$='{path}']")
    next(link for link in links if link.is_displayed()).click()
