"""Prohibited grounds that a release uses, in words (Code du travail, art. L.1132-1)."""

from django.utils.translation import gettext as _

from attrition.features import BY_NAME, GROUNDS
from attrition.releases import Release


def used(release: Release) -> list[str]:
    """The fields that score and are prohibited grounds."""
    return [name for name in release.scorecard.names if name in GROUNDS]


def used_in_words(release: Release) -> str | None:
    """A warning that names them; None where there are none."""
    if not (names := used(release)):
        return None
    return _(
        "Release %(version)s uses a prohibited ground (Code du travail, "
        "art. L. 1132-1): %(fields)s."
    ) % {
        "version": release.version,
        "fields": ", ".join(str(BY_NAME[name].label) for name in names),
    }
