"""`make screenshots`: the pictures of the auditor's guide, from the product itself.

`PICTURES="liste cle"` takes only these. LANGUAGE, WIDTH and SCHEME (light, dark) are
for looking at the pages: then FOLDER says where, for docs/guide holds French ones.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import browser
from tests.screenshots import camera
from tests.screenshots.pictures import BY_NAME
from tests.screenshots.product import Product
from tests.server import ROOT

GUIDE = ROOT / "docs" / "guide"


def main(names: list[str]) -> None:
    if unknown := set(names) - BY_NAME.keys():
        sys.exit(f"No picture {', '.join(unknown)}; there are {', '.join(BY_NAME)}.")
    if not (browser.CHROMIUM and browser.DRIVER):
        sys.exit("make screenshots needs chromium with chromedriver.")
    looking = {
        name: os.environ[variable]
        for name, variable in (("language", "LANGUAGE"), ("scheme", "SCHEME"))
        if variable in os.environ
    }
    if width := os.environ.get("WIDTH"):
        looking["width"] = int(width)
    folder = os.environ.get("FOLDER")
    if looking and not folder:
        sys.exit("Say where to: FOLDER=var/guide")
    pictures = [BY_NAME[name] for name in names or BY_NAME]
    language = looking.get("language", "fr")
    with TemporaryDirectory() as place, Product(Path(place), language) as product:
        for file in camera.take(product, pictures, Path(folder or GUIDE), **looking):
            print(file)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
