"""Each page in a real browser: for everybody, on any screen, asking nobody else."""

import json
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from selenium.webdriver import Chrome

from tests import browser as chromium
from tests.browser import complaints, hosts_asked
from tests.predictions.pages import BACK_OFFICE, ERRORS, OTHERS, Page
from tests.server import Server

pytestmark = chromium.is_there

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
return [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map(e => e.outerHTML.slice(0, 120))
"""
SCREENS = {"desk": (1280, 1600), "phone": (390, 844)}
SCHEMES = ("light", "dark")


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
def browsers(server) -> Iterator[dict[str | None, Chrome]]:
    """One browser, logged in as whoever was asked for last."""
    with chromium.opened("fr") as driver:
        yield driver


@pytest.fixture
def as_(browsers, server):
    """The browser, logged in as one person, or as nobody."""

    def who(name: str | None) -> Chrome:
        if getattr(browsers, "logged_in_as", None) != name:
            browsers.delete_all_cookies()
            if name is not None:
                chromium.log_in(browsers, server, name)
            browsers.logged_in_as = name
        complaints(browsers)
        return browsers

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
    for screen, (width, _) in SCREENS.items():
        for scheme in SCHEMES:
            seen(browser, screen, scheme)
            # Of all its rules, this one alone looks at the scheme.
            rules = ["color-contrast"] if scheme == "dark" else None
            found[f"{screen}, {scheme}"] = browser.execute_async_script(RUN, rules)
        if (
            browser.execute_script("return document.documentElement.scrollWidth")
            > width
        ):
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
