"""The releases that the project ships, whatever somebody trained in the checkout."""

import hashlib
import json
from pathlib import Path

from attrition.releases import CARD

FOLDER = Path(__file__).parent.parent / "ml_artifacts"
VERSIONS = ("1.0.0", "1.1.0")
SERVES = VERSIONS[-1]

_card = (FOLDER / SERVES / CARD).read_bytes()
CARD_SHA256 = hashlib.sha256(_card).hexdigest()
THRESHOLD = json.loads(_card)["threshold"]["value"]
