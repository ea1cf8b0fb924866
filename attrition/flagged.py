"""What share of people a threshold flags, as a release's card has measured it."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from attrition.releases import Release
from attrition.typography import share_in_words


def share_flagged(card: Mapping[str, Any], threshold: float) -> float:
    """From 0 to 1, out of fold; on a straight line between two rows of the table."""
    table = card["threshold"]["table"]
    place = bisect_right(table, threshold, key=lambda row: float(row["threshold"]))
    if place in (0, len(table)):
        return float(table[min(place, len(table) - 1)]["flagged"])
    below, above = table[place - 1], table[place]
    part = (threshold - below["threshold"]) / (above["threshold"] - below["threshold"])
    return float(below["flagged"] + part * (above["flagged"] - below["flagged"]))


def override_in_words(release: Release) -> str | None:
    """What `MODEL_THRESHOLD` changes; None where it changes nothing."""
    own = release.card["threshold"]["value"]
    if settings.MODEL_THRESHOLD in (None, own) or not release.card["threshold"].get(
        "table"
    ):
        return None
    return _(
        "MODEL_THRESHOLD=%(threshold)s flags about %(share)s of people like those of "
        "training, measured on people whom the models had not seen; release "
        "%(version)s has chosen %(own)s, which flags %(own_share)s."
    ) % {
        "threshold": settings.MODEL_THRESHOLD,
        "share": share_in_words(share_flagged(release.card, release.threshold)),
        "version": release.version,
        "own": number_format(own),
        "own_share": share_in_words(share_flagged(release.card, own)),
    }
