"""The product with a past: a server on a database of its own, weeks after its start."""

import json
from pathlib import Path

from tests.server import Server

CONFIG = Path(__file__).with_name("served.py")
# Known to everybody, so that a seal has the same key in each run.
SIGNING_KEY = "VGhlIHNpZ25pbmcga2V5IG9mIHRoZSBwaWN0dXJlcy4="
TELL = "from tests.screenshots import story; print(story.as_json())"


class Product(Server):
    """`records`: what the pictures are of, by name."""

    program = ("-m", "tests.screenshots.manage")

    def __init__(self, folder: Path, language: str = "fr") -> None:
        super().__init__(
            folder,
            workers=1,
            config=CONFIG,
            LANGUAGE_CODE=language,
            MODEL_THRESHOLD="",
            MODEL_VERSION="",
            SEAL_EVERY="0",
            SEAL_SIGNING_KEY=SIGNING_KEY,
            SUMMARISE_EVERY="0",
            TIME_ZONE="Europe/Paris",
        )
        try:
            told = self.manage("shell", "--verbosity", "0", "-c", TELL)
        except BaseException:  # Ctrl-C too must leave no server behind
            self.stop()
            raise
        self.records = json.loads(told.splitlines()[-1])

    def __enter__(self) -> "Product":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
