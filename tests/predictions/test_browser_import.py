"""An HR manager imports the three extracts in a real browser."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from attrition.field import Extract
from tests.attrition.generated import Extracts, generate
from tests.predictions.test_browser import (
    browser,
    complaints,
    hosts_asked,
    language,
    log_in,
    pytestmark,
    server,
    wait_for,
)

LIST = "/admin/attrition/employee/"
WORDS = {
    "fr": ("Importer les extraits", "L'import est enregistré", "écrivez"),
    "en": ("Import the extracts", "The import is stored", "write"),
}


def choose(browser: Chrome, folder: Path) -> None:
    """Choose the three files of a folder and send them."""
    for extract in Extract:
        path = str(folder / f"extrait_{extract}.csv")
        browser.find_element(By.NAME, extract).send_keys(path)
    browser.find_element(By.CSS_SELECTOR, ".submit-row [type=submit]").click()


def of(number: int) -> Extracts:
    """Extracts of one person of this number, and of two more."""
    tables = generate(number + 2)
    for lines in tables.lines.values():
        del lines[1:number]
    return tables


def fits(browser: Chrome) -> bool:
    width = "return document.documentElement.scrollWidth <= innerWidth"
    return browser.execute_script(width)


@pytest.mark.parametrize(("language", "first"), [("fr", 100), ("en", 200)])
def test_a_manager_corrects_previews_and_confirms_an_import(
    browser,
    server,
    log_in,
    tmp_path,
    language,
    first,
):
    title, stored, write = WORDS[language]
    tables = of(first)
    tables.put(Extract.SIRH, 3, "revenu_mensuel", "2 500 €")
    log_in("manager")
    browser.get(f"{server.address}{LIST}")
    browser.find_element(By.LINK_TEXT, title.upper()).click()
    wait_for(browser, "[name=sirh]")

    choose(browser, tables.write(tmp_path))
    refused = wait_for(browser, ".refused").text
    assert write in refused
    assert "2500" in refused
    assert fits(browser)

    tables.put(Extract.SIRH, 3, "revenu_mensuel", "2500")
    choose(browser, tables.write(tmp_path))
    counts = [
        dd.text for dd in wait_for(browser, ".counts").find_elements(By.TAG_NAME, "dd")
    ]
    assert counts == ["3", "0", "0", "0"]
    assert fits(browser)
    shown = server.call("/employees?limit=500")
    assert not [person for person in shown if person["employee_id"] == first]

    browser.find_element(By.CSS_SELECTOR, ".confirm [type=submit]").click()
    assert stored in wait_for(browser, ".messagelist .success").text
    assert server.call(f"/employees/{first + 1}")["features"]["revenu_mensuel"] == 2500
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


def test_a_manager_goes_back_from_a_preview(
    browser,
    server,
    log_in,
    tmp_path,
):
    log_in("manager")
    browser.get(f"{server.address}{LIST}import/")
    choose(browser, of(300).write(tmp_path))

    wait_for(browser, "[form=cancel]").click()

    wait_for(browser, ".messagelist .info")
    assert browser.current_url == f"{server.address}{LIST}"
    shown = server.call("/employees?limit=500")
    assert not [person for person in shown if person["employee_id"] == 300]


def test_units_stand_beside_their_boxes_on_a_phone(browser, server, log_in):
    log_in("manager")
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)

    browser.get(f"{server.address}{LIST}669/change/")
    box = wait_for(browser, "[name=age]").rect
    unit = browser.find_element(By.CSS_SELECTOR, ".field-age .unit").rect

    assert fits(browser)
    assert unit["x"] > box["x"] + box["width"]
    assert box["y"] < unit["y"] + unit["height"] / 2 < box["y"] + box["height"]
