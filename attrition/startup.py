"""What a server says of its model when it starts."""

import logging

from attrition import grounds, releases
from attrition.errors import ReleaseRejected
from attrition.flagged import override_in_words

logger = logging.getLogger(__name__)


def announce() -> None:
    """Load the release, so that the first request need not, and log what serves."""
    try:
        release = releases.current()
    except ReleaseRejected as error:
        logger.error("Nothing can be scored: %s", error)
        return
    logger.info("Release %s serves, threshold %s.", release.version, release.threshold)
    if used := grounds.used_in_words(release):
        logger.warning("%s", used)
    if override := override_in_words(release):
        logger.warning("%s", override)
