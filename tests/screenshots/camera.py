"""Takes the pictures: one browser, and whoever has to be logged in."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from selenium.webdriver import Chrome

from tests import browser as chromium
from tests.browser import wait_for
from tests.screenshots.pictures import Picture
from tests.screenshots.product import Product

WIDTH = 1280
HEIGHT = 900
EDGE = 12  # pixels around what is shown
TOP_AND_BOTTOM = """
const at = selector => {
  const found = document.querySelectorAll(selector);
  return [...found].map(one => one.getBoundingClientRect());
};
const [first] = at(arguments[0]), last = at(arguments[1]).at(-1);
return [first.top + scrollY, last.bottom + scrollY];
"""


def take(
    product: Product,
    pictures: Iterable[Picture],
    folder: Path,
    language: str = "fr",
    width: int = WIDTH,
    scheme: str = "light",
) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    with chromium.opened(language) as browser:
        _prepare(browser, width, scheme)
        who = None
        for picture in pictures:
            if picture.who != who:
                who = _change(browser, product, picture.who)
            browser.get(product.address + picture.path.format(**product.records))
            yield _taken(browser, picture, product, folder, width)


def _prepare(browser: Chrome, width: int, scheme: str) -> None:
    def tell(command: str, **how: object) -> None:
        browser.execute_cdp_cmd(f"Emulation.{command}", how)

    tell(
        "setDeviceMetricsOverride",
        width=width,
        height=HEIGHT,
        deviceScaleFactor=1,
        mobile=False,
    )
    tell("setTimezoneOverride", timezoneId="Europe/Paris")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tell("setEmulatedMedia", features=features)


def _change(browser: Chrome, product: Product, who: str | None) -> str | None:
    browser.delete_all_cookies()
    if who is not None:
        chromium.log_in(browser, product, who)
    return who


def _taken(
    browser: Chrome, picture: Picture, product: Product, folder: Path, width: int
) -> Path:
    wait_for(browser, "#footer")
    if picture.act is not None:
        picture.act(browser)
    selectors = [s.format(**product.records) for s in (picture.first, picture.last)]
    top, bottom = browser.execute_script(TOP_AND_BOTTOM, *selectors)
    top = max(0, top - EDGE)
    clip = {"x": 0, "y": top, "width": width, "height": bottom + EDGE - top, "scale": 1}
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
    )
    file = folder / picture.file
    file.write_bytes(base64.b64decode(shot["data"]))
    return file
