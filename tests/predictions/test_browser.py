"""The back-office and /docs in a real browser: what may not be done is not offered."""

from collections.abc import Iterator

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests import browser as chromium
from tests import shipped
from tests.browser import complaints, hosts_asked, links, wait_for
from tests.factories import seed_features
from tests.server import Server

LIST = "/admin/predictions/prediction/"
REASONS = {
    "fr": (
        "Heures supplémentaires : Oui (d'habitude Non) : "
        "associé à un risque plus élevé que d'habitude",
        "ce n'est pas une cause",
    ),
    "en": (
        "Overtime: Yes (usually No): associated with a higher risk than usual",
        "it is not a cause",
    ),
}
CARD = {
    "fr": ["Finalité", "Seuil", "Équité par groupe", "ce n'est pas une cause"],
    "en": ["Purpose", "Threshold", "Fairness by group", "it is not a cause"],
}

pytestmark = [pytest.mark.browser, chromium.is_there]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("browser"))
    yield found
    found.stop()


@pytest.fixture
def language() -> str:
    """What the browser says that its user reads; a test can say another."""
    return "fr"


@pytest.fixture
def browser(language) -> Iterator[Chrome]:
    with chromium.opened(language) as driver:
        yield driver


@pytest.fixture
def log_in(browser, server):
    return lambda name: chromium.log_in(browser, server, name)


def for_a_purpose(browser: Chrome, form: str) -> None:
    """Say the first one there is, and go on."""
    wait_for(browser, f"{form} select option:nth-child(2)").click()
    browser.find_element(By.CSS_SELECTOR, f"{form} [type=submit]").click()


def test_an_auditor_finds_a_prediction_and_may_only_read_it(browser, server, log_in):
    log_in("auditor")
    home = links(browser)

    browser.get(f"{server.address}{LIST}?q=669")
    listed = links(browser)
    first = wait_for(browser, "#result_list tbody th a")
    browser.get(first.get_attribute("href"))
    page = wait_for(browser, "#content").text

    assert f"{server.address}{LIST}" in home
    assert not [
        link for link in home | listed if "/employee/" in link or "/apikey/" in link
    ]
    assert not [link for link in listed if link.endswith("/add/")]
    assert "seuil" in page
    assert "Revenu mensuel" in page
    assert "données fictives" in browser.page_source
    assert not browser.find_elements(By.CSS_SELECTOR, "[name=_save], .deletelink")
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


@pytest.mark.parametrize("language", REASONS)
def test_an_auditor_sees_why_in_words_and_in_bars(browser, server, log_in, language):
    features = seed_features() | {"heure_supplementaires": 1}
    asked = server.call("/predict?explain=true", {"features": features})
    points = [item["points"] for item in asked["explanation"]["contributions"]]
    log_in("auditor")

    browser.get(f"{server.address}{LIST}{asked['db_id']}/change/")
    for_a_purpose(browser, ".reveal")
    wait_for(browser, ".why")
    seen = wait_for(browser, "#content").text
    bars = browser.find_elements(By.CSS_SELECTOR, "svg.bar")

    overtime, no_cause = REASONS[language]
    assert overtime in seen.replace("\u00a0", " ")
    assert no_cause in seen
    assert len(bars) == len([size for size in points if size])
    for size, bar in zip(points, bars, strict=False):
        rect = bar.find_element(By.CSS_SELECTOR, "svg > rect").rect
        middle = bar.find_element(By.CSS_SELECTOR, "svg > line").rect["x"]
        assert bar.is_displayed()
        assert min(rect["width"], rect["height"]) > 0
        assert (rect["x"] + rect["width"] / 2 > middle) == (size > 0)
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


@pytest.mark.parametrize("language", CARD)
def test_an_auditor_goes_from_the_home_page_to_a_releases_card(
    browser, server, log_in, language
):
    log_in("auditor")

    wait_for(browser, "#content a[href='/admin/releases/']").click()
    wait_for(browser, f".card a[href='/admin/releases/{shipped.SERVES}/']").click()
    wait_for(browser, "svg.chart")
    seen = browser.find_element(By.ID, "content").text
    charts = browser.find_elements(By.CSS_SELECTOR, "svg.chart")

    assert [words for words in CARD[language] if words not in seen] == []
    assert shipped.CARD_SHA256 in seen
    assert charts
    for chart in charts:
        assert chart.is_displayed()
        assert chart.size["width"] > 300
        assert chart.size["height"] > 0
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_home_page_fits_the_screen_and_asks_nobody_else(
    browser, server, log_in, width
):
    server.call("/predict", {"features": seed_features()})
    server.manage("summarise_log")
    log_in("auditor")
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    browser.get(f"{server.address}/admin/")
    for summary in browser.find_elements(By.CSS_SELECTOR, ".home summary"):
        summary.click()
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    charts = browser.find_elements(By.CSS_SELECTOR, ".home svg.chart")

    assert wide <= width
    assert [chart.size["width"] > 300 for chart in charts] == [True, True]
    assert len(browser.find_elements(By.CSS_SELECTOR, ".home details[open]")) == 2
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    assert complaints(browser) == []


@pytest.mark.parametrize("page", ["card", "prediction", "home"])
def test_a_page_is_printed_in_black_on_white_and_whole(browser, server, log_in, page):
    number = server.call("/predict", {"features": seed_features()})["db_id"]
    path = {
        "card": f"/admin/releases/{shipped.SERVES}/",
        "prediction": f"{LIST}{number}/change/",
        "home": "/admin/",
    }[page]
    server.manage("summarise_log")
    log_in("auditor")
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"media": "print", "features": dark}
    )
    a4 = {"width": 680, "height": 1010, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", a4)

    browser.get(f"{server.address}{path}")
    wait_for(browser, "#content svg")
    colours = {
        browser.find_element(By.CSS_SELECTOR, place).value_of_css_property(which)
        for place, which in [("#content svg", "color"), ("#content h1", "color")]
    }
    paper = browser.find_element(By.TAG_NAME, "body")
    too_wide = browser.execute_script(
        "return [...document.querySelectorAll('#content *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    broken = browser.execute_script(
        "return [...document.querySelectorAll('#content tr, #content figure')]"
        ".filter(e => getComputedStyle(e).breakInside !== 'avoid').length"
    )
    pressed = ".breadcrumbs, #user-tools, .submit-row, #content button"

    assert colours == {"rgba(0, 0, 0, 1)"}
    assert paper.value_of_css_property("background-color") == "rgba(255, 255, 255, 1)"
    assert too_wide == []
    assert broken == 0
    found = browser.find_elements(By.CSS_SELECTOR, pressed)
    assert found
    assert not any(element.is_displayed() for element in found)


def test_a_card_on_a_phone_is_as_wide_as_the_phone(browser, server, log_in):
    log_in("auditor")
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)

    browser.get(f"{server.address}/admin/releases/{shipped.SERVES}/")
    wait_for(browser, "svg.chart")

    width = browser.execute_script("return document.documentElement.scrollWidth")
    sizes = {
        chart.size["width"]
        for chart in browser.find_elements(By.CSS_SELECTOR, "svg.chart")
    }
    assert width == 390
    assert len(sizes) == 1
    assert 300 < sizes.pop() < 390


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


def test_a_manager_scores_all_employees_and_sees_the_batch_end(browser, server, log_in):
    log_in("manager")
    browser.get(f"{server.address}/admin/attrition/employee/")

    wait_for(browser, "#action-toggle").click()
    action = browser.find_element(By.CSS_SELECTOR, "[value=score_selected]")
    action.click()
    browser.find_element(By.CSS_SELECTOR, ".actions button").click()
    for_a_purpose(browser, ".ask-purpose")
    # The page loads itself again until there is nothing left to do.
    stale = [StaleElementReferenceException]
    WebDriverWait(browser, 30, ignored_exceptions=stale).until(
        lambda b: "terminé" in b.find_element(By.CSS_SELECTOR, "#content").text
    )
    batch = browser.current_url.split("/")[-3]

    found = server.call(f"/batches/{batch}")
    assert (found["scored"], found["left"]) == (8, 0)
    assert browser.find_element(By.CSS_SELECTOR, "svg.bar").is_displayed()
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
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
    # An icon that the style sheet holds has no host.
    assert hosts_asked(browser) - {""} == {server.address.removeprefix("http://")}
    assert complaints(browser) == []
