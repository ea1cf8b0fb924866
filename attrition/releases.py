"""A release folder: verify, load, cache.

Nothing here unpickles: a release serves from its scorecard. The card's own SHA-256
stands for the whole release, because the card holds the hashes of the other files.
"""

import hashlib
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from attrition import features
from attrition.errors import InvalidFeatures, ReleaseRejected
from attrition.scorecard import Scorecard
from attrition.validation import Validator

CARD = "model_card.json"
SCORECARD = "scorecard.json"
FEATURES = "expected_features.json"
REFERENCE = "reference_cases.json"
PIPELINE = "pipeline.joblib"
LISTED_FILES = (PIPELINE, SCORECARD, FEATURES, REFERENCE)
CURRENT = "CURRENT"
TOLERANCE = 1e-12  # how far a reference case may be from its probability


@dataclass(frozen=True)
class Release:
    """A verified release, ready to score."""

    folder: Path
    artifact_sha256: str
    card: Mapping[str, Any]
    scorecard: Scorecard

    @property
    def version(self) -> str:
        return self.folder.name

    @cached_property
    def validator(self) -> Validator:
        return Validator(self.categories, self.scorecard.names)

    @property
    def categories(self) -> Mapping[str, list[str]]:
        """The values of each category field that the release knows."""
        return self.card["categories"]  # type: ignore[no-any-return]

    @property
    def is_demonstration(self) -> bool:
        """Whether it was trained on fictional data."""
        return bool(self.card["data"]["fictional"])

    @property
    def threshold(self) -> float:
        """`MODEL_THRESHOLD` where it is set, else the card's."""
        if settings.MODEL_THRESHOLD is not None:
            return float(settings.MODEL_THRESHOLD)
        return float(self.card["threshold"]["value"])


def versions() -> list[str]:
    """The releases there are, by name."""
    return sorted(card.parent.name for card in settings.MODEL_DIR.glob(f"*/{CARD}"))


def folders() -> list[str]:
    """What looks like a release, its card lost or not, by name."""
    found = {
        file.parent.name
        for name in (CARD, SCORECARD)
        for file in settings.MODEL_DIR.glob(f"*/{name}")
    }
    return sorted(found)


def current_version() -> str:
    """What would serve after a restart: `MODEL_VERSION`, or what CURRENT names."""
    if settings.MODEL_VERSION:
        return str(settings.MODEL_VERSION)
    path = settings.MODEL_DIR / CURRENT
    try:
        version = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        version = ""
    if not version:
        raise ReleaseRejected(
            f"{path} is not there or names no release: write the version that should "
            "serve into it, or set MODEL_VERSION. "
            f"There are: {', '.join(versions()) or 'none'}."
        )
    return version


_serving: dict[tuple[Path, str], Release] = {}
"""What serves, by the settings that chose it."""


def current() -> Release:
    """The release that serves: the one that loaded first, until a restart.

    So CURRENT may be half written, or its release damaged, while this process serves.
    Raises ReleaseRejected, which is not remembered: a repaired folder serves at once.
    """
    chosen = (settings.MODEL_DIR, settings.MODEL_VERSION)
    if chosen not in _serving:
        _serving[chosen] = load(current_version())
    return _serving[chosen]


def next_current() -> Release:
    """What a restart would let serve, read from the disk now. Raises ReleaseRejected."""
    return load_anew(current_version())


def activation(version: str) -> str:
    """The shell command that lets a release serve; nobody reads half a name."""
    path = settings.MODEL_DIR / CURRENT
    draft, current = shlex.quote(f"{path}.new"), shlex.quote(str(path))
    return f"echo {shlex.quote(version)} > {draft} && mv {draft} {current}"


def load(version: str) -> Release:
    """Verify and load a release once; later calls get the same object.

    Raises ReleaseRejected, which is not remembered: a repaired folder serves at once.
    """
    return _load(settings.MODEL_DIR / version)


def load_anew(version: str) -> Release:
    """Verify a release as it stands on the disk now, whatever is in memory.

    Raises ReleaseRejected.
    """
    return _verified(settings.MODEL_DIR / version)


@lru_cache(maxsize=32)
def _load(folder: Path) -> Release:
    return _verified(folder)


def _verified(folder: Path) -> Release:
    if folder.parent != settings.MODEL_DIR or folder.name not in folders():
        raise ReleaseRejected(
            f"There is no release {folder.name!r} in {settings.MODEL_DIR}. "
            f"There are: {', '.join(versions()) or 'none'}."
        )
    card_bytes = _read(folder / CARD)
    card = _card(folder / CARD, card_bytes)
    contents = {name: _described(folder / name, card) for name in LISTED_FILES}
    expected = _parsed(folder / FEATURES, contents[FEATURES])
    if not isinstance(expected, list) or not all(isinstance(n, str) for n in expected):
        raise _restore(folder / FEATURES, "is not a list of fields")
    if unknown := set(expected) - set(features.BY_NAME):
        raise ReleaseRejected(
            f"{folder / FEATURES} names {', '.join(sorted(unknown))}, which the "
            "feature table does not know: train the release again with this version."
        )
    try:
        scorecard = Scorecard.from_json(
            _parsed(folder / SCORECARD, contents[SCORECARD])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _restore(folder / SCORECARD, f"can't be read ({error})") from error
    if list(scorecard.names) != expected:
        raise _restore(folder / SCORECARD, f"does not score what {FEATURES} lists")
    release = Release(
        folder=folder,
        artifact_sha256=hashlib.sha256(card_bytes).hexdigest(),
        card=card,
        scorecard=scorecard,
    )
    _prove(release, folder / REFERENCE, contents[REFERENCE])
    return release


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise _restore(path, "is missing") from None


def _card(path: Path, contents: bytes) -> Mapping[str, Any]:
    """The card, sure to hold what serving reads from it."""
    card = _parsed(path, contents)
    try:
        is_whole = (
            0 <= card["threshold"]["value"] <= 1
            and isinstance(card["data"]["fictional"], bool)
            and isinstance(card["categories"], dict)
            and isinstance(card["files"], dict)
        )
    except (KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise _restore(path, "does not describe a release")
    return card  # type: ignore[no-any-return]


def _described(path: Path, card: Mapping[str, Any]) -> bytes:
    contents = _read(path)
    if hashlib.sha256(contents).hexdigest() != card["files"].get(path.name):
        raise _restore(path, f"is not the file that {CARD} describes")
    return contents


def _parsed(path: Path, contents: bytes) -> Any:
    try:
        return json.loads(contents)
    except ValueError:
        raise _restore(path, "is not JSON") from None


def _prove(release: Release, path: Path, contents: bytes) -> None:
    """Score the reference cases again: the same inputs, the same probabilities."""
    cases = _parsed(path, contents)
    if not isinstance(cases, list) or not cases:
        raise _restore(path, "holds no reference cases")
    for number, case in enumerate(cases, start=1):
        try:
            values = release.validator.validate(case["features"])
            found = release.scorecard.probability(values)
            # <= is false of NaN, which reproduces nothing.
            reproduces = abs(found - case["proba_depart"]) <= TOLERANCE
        except (InvalidFeatures, KeyError, TypeError, ValueError) as error:
            what = f"can't be scored: case {number} ({error})"
            raise _restore(path, what) from error
        if not reproduces:
            raise _restore(path, f"does not reproduce: case {number} scores {found!r}")


def _restore(path: Path, what: str) -> ReleaseRejected:
    return ReleaseRejected(
        f"{path} {what}: put the release's folder back from git or a backup, "
        "or name another release."
    )
