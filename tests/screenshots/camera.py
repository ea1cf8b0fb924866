"""Takes the pictures: one browser, and whoever has to be logged in."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from selenium.webdriver import Chrome

from tests import browser as chromium
from tests.browser import wait_for
from tests.screenshots.acts import Records
from tests.screenshots.pictures import Picture
from tests.screenshots.product import Product

WIDTH = 1280
HEIGHT = 900
EDGE = 4  # pixels around what is shown
CLIP = """
const [first, last] = [...arguments].map(selector => {
  const found = document.querySelector(selector);
  if (!found) throw new Error(`There is no ${selector} on this page.`);
  return found.getBoundingClientRect();
});
const left = Math.min(first.left, last.left), right = Math.max(first.right, last.right);
return {
  x: left, width: right - left, y: first.top + scrollY, height: last.bottom - first.top
};
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
            yield _taken(browser, picture, product.records, folder)


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
    tell("setScrollbarsHidden", hidden=True)  # the camera sees the page without them
    tell("setTimezoneOverride", timezoneId="Europe/Paris")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tell("setEmulatedMedia", features=features)


def _change(browser: Chrome, product: Product, who: str | None) -> str | None:
    browser.delete_all_cookies()
    if who is not None:
        chromium.log_in(browser, product, who)
    return who


def _taken(browser: Chrome, picture: Picture, records: Records, folder: Path) -> Path:
    wait_for(browser, "#footer")
    if picture.act is not None:
        picture.act(browser, records)
    found = browser.execute_script(CLIP, picture.first, picture.last)
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot",
        {"clip": _with_edge(**found), "captureBeyondViewport": True},
    )
    file = folder / picture.file
    file.write_bytes(base64.b64decode(shot["data"]))
    return file


def _with_edge(x: float, y: float, width: float, height: float) -> dict[str, float]:
    left, top = max(0, round(x) - EDGE), max(0, round(y) - EDGE)
    right, bottom = round(x + width) + EDGE, round(y + height) + EDGE
    right = right if left else round(width)  # no wider than the page
    return {
        "x": left,
        "y": top,
        "width": right - left,
        "height": bottom - top,
        "scale": 1,
    }
