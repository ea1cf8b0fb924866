"""What a server says of its model when it starts."""

import logging

from django.utils.translation import gettext as _

from attrition import grounds, releases
from attrition.errors import ReleaseRejected
from attrition.flagged import override_in_words

logger = logging.getLogger(__name__)


def announce() -> None:
    """Load the release, so that the first request need not, and log what serves."""
    try:
        release = releases.current()
    except ReleaseRejected as error:
        logger.error("%s", _("Nothing can be scored: %(why)s") % {"why": error})
        return
    serves = _("Release %(version)s serves, threshold %(threshold)s.") % {
        "version": release.version,
        "threshold": release.threshold,
    }
    logger.info("%s", serves)
    if used := grounds.used_in_words(release):
        logger.warning("%s", used)
    if override := override_in_words(release):
        logger.warning("%s", override)
