"""Each page in a real browser: for everybody, on any screen, asking nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests import browser as chromium
from tests.browser import complaints, hosts_asked
from tests.predictions.pages import BACK_OFFICE, ERRORS, OTHERS, Page
from tests.server import PASSWORD, Server

pytestmark = [pytest.mark.browser, chromium.is_there]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RUN = """
const [rules, done] = arguments;
axe.run(document, {preload: false, ...(rules && {runOnly: rules})}).then(found => done(
  found.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.slice(0, 3).map(n => [v.id, n.html.slice(0, 160),
      ...n.any.concat(n.all).map(check => check.message).slice(0, 1)].join(" | ")))
));
"""
STILL = """
const sheet = new CSSStyleSheet();
sheet.replaceSync("* { transition: none !important; animation: none !important; }");
document.adoptedStyleSheets.push(sheet);
"""
WIDE = """
return document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 120))
"""
SCREENS = {"desk": (1280, 1600), "phone": (390, 844)}
# Every rule once; then those that another screen or scheme can make a difference to.
VIEWS = [
    ("desk", "light", None),
    ("desk", "dark", ["color-contrast"]),
    ("phone", "light", ["color-contrast", "scrollable-region-focusable", "label"]),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("pages"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def records(server) -> dict[str, object]:
    made = "from tests.predictions.scene import as_json; print(as_json())"
    return json.loads(server.manage("shell", "--no-imports", "-c", made))


@pytest.fixture(scope="module")
def only_browser(server) -> Iterator[Chrome]:
    """One browser, logged in as whoever was asked for last."""
    with chromium.opened("fr") as driver:
        yield driver


@pytest.fixture
def as_(only_browser, server):
    """The browser, logged in as one person, or as nobody."""

    def who(name: str | None) -> Chrome:
        if getattr(only_browser, "logged_in_as", None) != name:
            only_browser.delete_all_cookies()
            if name is not None:
                chromium.log_in(only_browser, server, name)
            only_browser.logged_in_as = name
        complaints(only_browser)
        return only_browser

    return who


def seen(browser: Chrome, screen: str, scheme: str) -> None:
    width, height = SCREENS[screen]
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def findings(browser: Chrome) -> dict[str, list[str]]:
    """What axe finds serious, and what is wider than the screen."""
    browser.execute_script(STILL)  # a colour on its way to another is neither
    browser.execute_script(AXE)
    found = {}
    for screen, scheme, rules in VIEWS:
        seen(browser, screen, scheme)
        found[f"{screen}, {scheme}"] = browser.execute_async_script(RUN, rules)
        found[f"{screen}, too wide"] = browser.execute_script(WIDE)
    seen(browser, "desk", "light")
    return {where: what for where, what in found.items() if what}


@pytest.mark.parametrize("page", [*BACK_OFFICE, *ERRORS], ids=str)
def test_a_page_is_for_everybody(as_, server, records, page: Page):
    browser = as_(page.who)

    browser.get(server.address + page.path(records))

    assert findings(browser) == {}
    assert hosts_asked(browser) <= {server.address.removeprefix("http://")}
    said = [c for c in complaints(browser) if f"status of {page.status}" not in c]
    assert said == []


@pytest.mark.parametrize("path", OTHERS)
def test_a_page_of_the_api_is_for_everybody(as_, server, records, path):
    browser = as_("admin")

    browser.get(server.address + path)
    chromium.wait_for(browser, ".opblock-summary-path, .response-info")

    assert findings(browser) == {}
    hosts = hosts_asked(browser) - {""}  # an icon that the style sheet holds has none
    assert hosts <= {server.address.removeprefix("http://")}
    assert [c for c in complaints(browser) if "status of 405" not in c] == []


STYLE = """
const style = getComputedStyle(document.activeElement);
return ["outline", "boxShadow", "border", "color", "background", "textDecoration"]
  .map(name => style[name]).join();
"""


def is_focus_visible(browser: Chrome) -> bool:
    """Whether the element with the focus looks otherwise than without."""
    focused = browser.execute_script(STYLE)
    element = browser.switch_to.active_element
    browser.execute_script("arguments[0].blur(); document.body.offsetTop", element)
    plain = browser.execute_script(
        STYLE.replace("document.activeElement", "arguments[0]"), element
    )
    browser.execute_script("arguments[0].focus()", element)
    return focused != plain


def press(browser: Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def tab_to(browser: Chrome, selector: str) -> None:
    """Press Tab until there; each stop on the way is seen to have the focus."""
    for _ in range(60):
        press(browser, Keys.TAB)
        element = browser.switch_to.active_element
        if element.tag_name == "body":  # round the corner, where the browser is
            continue
        assert is_focus_visible(browser), element.get_attribute("outerHTML")
        if browser.execute_script(
            "return arguments[0].matches(arguments[1])", element, selector
        ):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_prediction_is_found_without_a_mouse(as_, server, records):
    browser = as_(None)
    browser.get(f"{server.address}/admin/login/")

    browser.execute_script("document.activeElement.blur()")
    tab_to(browser, "[name=username]")
    press(browser, "auditor")
    tab_to(browser, "[name=password]")
    press(browser, PASSWORD)
    tab_to(browser, "#login-form [type=submit]")
    press(browser, Keys.ENTER)
    chromium.wait_for(browser, "#logout-form")
    browser.logged_in_as = "auditor"
    tab_to(browser, "a[href='/admin/predictions/prediction/']")
    press(browser, Keys.ENTER)
    chromium.wait_for(browser, "#searchbar")
    tab_to(browser, "#searchbar")
    press(browser, "669", Keys.ENTER)
    WebDriverWait(browser, 20).until(lambda b: "q=669" in b.current_url)
    tab_to(browser, "#result_list tbody th a")
    press(browser, Keys.ENTER)
    chromium.wait_for(browser, ".proof")

    assert "669" in browser.find_element(By.TAG_NAME, "h1").text
