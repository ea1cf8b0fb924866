"""Opens a release's pickle: only to prove the scorecard again, never to serve."""

import io
from typing import Any

import joblib
import sklearn
from django.utils.translation import gettext as _

from attrition.errors import ReleaseRejected
from attrition.releases import CARD, PIPELINE, Release, described, restore


def open_pipeline(release: Release) -> Any:
    """Return the fitted pipeline.

    A pickle runs what it holds, so its bytes are hashed before they are opened, and the
    bytes that were hashed are those that are opened. Another scikit-learn may read it
    as something else, so only the card's own opens it. Raises ReleaseRejected.
    """
    made_with = release.card.get("libraries", {}).get("scikit-learn")
    path = release.folder / PIPELINE
    if not made_with:
        raise ReleaseRejected(
            _(
                "%(card)s does not say which scikit-learn made %(pickle)s: it stays "
                "closed. Serving does not need it; to prove it, put the card back from "
                "git or a backup."
            )
            % {"card": release.folder / CARD, "pickle": PIPELINE}
        )
    if made_with != sklearn.__version__:
        raise ReleaseRejected(
            _(
                "%(file)s was made with scikit-learn %(theirs)s, and this is %(ours)s: "
                "it stays closed. Serving, explaining and replaying do not need it. To "
                "prove it again: pip install scikit-learn==%(theirs)s, in an "
                "environment of its own."
            )
            % {"file": path, "theirs": made_with, "ours": sklearn.__version__}
        )
    contents = described(path, release.card)
    try:
        return joblib.load(io.BytesIO(contents))
    except Exception as error:  # whatever unpickling runs can raise whatever it likes
        raise restore(path, _("can't be opened (%(why)r)") % {"why": error}) from error
