"""What every explanation must be, by whichever way somebody asks for it."""

from math import log

import pytest

KEYS = {"field", "label", "value", "usual", "points"}


def assert_explains(explanation: dict, probability: float) -> None:
    """It has these keys alone, largest points first, and sums to the logit."""
    found = explanation["contributions"]
    sizes = [abs(item["points"]) for item in found]
    logit = explanation["base"] + sum(item["points"] for item in found)
    assert explanation.keys() == {"base", "contributions"}
    assert all(item.keys() == KEYS for item in found)
    assert sizes == sorted(sizes, reverse=True)
    assert logit == pytest.approx(log(probability / (1 - probability)), abs=1e-9)
