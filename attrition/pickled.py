"""Opens a release's pickle: only to prove the scorecard again, never to serve."""

import hashlib
import io
from typing import Any

import joblib
import sklearn

from attrition.errors import ReleaseRejected
from attrition.releases import PIPELINE, Release


def open_pipeline(release: Release) -> Any:
    """Return the fitted pipeline.

    A pickle runs what it holds, so its bytes are hashed before they are opened, and the
    bytes that were hashed are those that are opened. Another scikit-learn may read it
    as something else, so only the card's own opens it. Raises ReleaseRejected.
    """
    libraries = release.card.get("libraries")
    made_with = isinstance(libraries, dict) and libraries.get("scikit-learn")
    if not made_with:
        raise ReleaseRejected(
            f"The card of release {release.version} does not say which "
            "scikit-learn made its pickle: it stays closed."
        )
    if made_with != sklearn.__version__:
        raise ReleaseRejected(
            f"Release {release.version} was made with scikit-learn {made_with}, and "
            f"this is {sklearn.__version__}: its pickle stays closed. Serving, "
            "explaining and replaying do not need it. To prove it again: pip install "
            f"scikit-learn=={made_with}, in an environment of its own."
        )
    path = release.folder / PIPELINE
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise ReleaseRejected(f"{path} can't be read: {error}.") from error
    if hashlib.sha256(contents).hexdigest() != release.card["files"][PIPELINE]:
        raise ReleaseRejected(f"{path} is not the file that the model card describes.")
    try:
        return joblib.load(io.BytesIO(contents))
    except Exception as error:  # whatever unpickling runs can raise whatever it likes
        raise ReleaseRejected(f"{path} can't be opened: {error!r}.") from error
