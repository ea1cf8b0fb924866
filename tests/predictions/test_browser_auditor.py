"""An auditor's work on one prediction in a real browser, up to its own record."""

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests import browser as chromium
from tests.browser import complaints, hosts_asked, wait_for
from tests.factories import seed_features
from tests.server import Server

LIST = "/admin/predictions/prediction/"
ACCESSES = "/admin/predictions/access/"
PAY = "4 321 € par mois"

pytestmark = [pytest.mark.browser, chromium.is_there]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("auditor"))
    features = seed_features() | {"revenu_mensuel": 4321}
    for number in (673, 674):
        found.call("/predict", {"features": features, "employee_id": number})
    yield found
    found.stop()


@pytest.fixture
def auditor(server) -> Iterator[Chrome]:
    with chromium.opened("fr") as browser:
        chromium.log_in(browser, server, "auditor")
        yield browser


def seen(browser: Chrome) -> str:
    return browser.find_element(By.ID, "content").text.replace("\u00a0", " ")


def open_prediction(browser: Chrome, server: Server, number: str = "673") -> str:
    """Search for the employee and open their newest prediction; its address."""
    browser.get(f"{server.address}{LIST}")
    box = browser.find_element(By.NAME, "q")
    box.send_keys(number)
    box.submit()
    wait_for(browser, "a[href='?']")  # what was searched for can be taken off again
    wait_for(browser, "#result_list tbody th a").click()
    wait_for(browser, ".reveal")
    return browser.current_url


def test_an_auditor_finds_reveals_replays_and_is_on_record(auditor, server):
    address = open_prediction(auditor, server)
    masked = seen(auditor)

    Select(wait_for(auditor, ".reveal select")).select_by_value("contest")
    auditor.find_element(By.CSS_SELECTOR, ".reveal [type=submit]").click()
    wait_for(auditor, ".why .bar")
    shown = seen(auditor)
    auditor.find_element(By.CSS_SELECTOR, "button[formaction$='/replay/']").click()
    said = wait_for(auditor, ".messagelist .success").text
    link = auditor.find_element(By.PARTIAL_LINK_TEXT, "QUI A CONSULTÉ")
    link.click()
    wait_for(auditor, "#result_list")
    listed = seen(auditor)

    assert PAY not in masked
    assert "•••" in masked
    assert PAY in shown
    assert "Valeurs affichées jusqu'à" in shown
    assert "concordent" in said
    assert auditor.current_url.endswith(f"{ACCESSES}?employee=673")
    for action in (
        "valeurs affichées",
        "recalcul demandé",
        "page ouverte",
        "recherche",
    ):
        assert action in listed
    assert "la personne conteste son score" in listed
    assert PAY not in listed
    assert address.startswith(server.address)
    assert hosts_asked(auditor) <= {server.address.removeprefix("http://")}
    assert complaints(auditor) == []


def test_what_a_user_saw_is_two_clicks_from_the_home_page(auditor, server):
    open_prediction(auditor, server)
    auditor.get(f"{server.address}/admin/")

    wait_for(auditor, f"#content a[href='{ACCESSES}']").click()
    wait_for(auditor, "#changelist-filter")
    auditor.find_element(By.CSS_SELECTOR, "a[href='?user_name=auditor']").click()

    wait_for(auditor, "#result_list")
    assert "user_name=auditor" in auditor.current_url
    assert "673" in seen(auditor)


def test_a_reveal_without_a_purpose_is_asked_for_again_at_its_field(auditor, server):
    open_prediction(auditor, server, "674")
    form = auditor.find_element(By.CSS_SELECTOR, ".reveal form")
    # Past the browser's own check, as a script would be.
    auditor.execute_script("arguments[0].noValidate = true", form)

    form.find_element(By.CSS_SELECTOR, "[type=submit]").click()

    error = wait_for(auditor, ".reveal .errorlist")
    assert error.text == "Choisissez un motif."
    assert complaints(auditor) == []
