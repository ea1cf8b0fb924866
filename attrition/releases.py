"""A release folder: verify, load, cache.

Nothing here unpickles: a release serves from its scorecard. The card's own SHA-256
stands for the whole release, because the card holds the hashes of the other files.
"""

import hashlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _

from attrition import features
from attrition.card_format import Card
from attrition.errors import InvalidFeatures, ReleaseGone, ReleaseRejected
from attrition.field import Kind
from attrition.json_files import Document, Malformed, Share, parsed, read
from attrition.scorecard import TOLERANCE, NumberPoints, Scorecard
from attrition.scorecard_format import scorecard_from
from attrition.validation import Validator

CARD = "model_card.json"
SCORECARD = "scorecard.json"
FEATURES = "expected_features.json"
REFERENCE = "reference_cases.json"
PIPELINE = "pipeline.joblib"
LISTED_FILES = (PIPELINE, SCORECARD, FEATURES, REFERENCE)
CURRENT = "CURRENT"

Read = TypeVar("Read")


class Case(Document):
    """An input with its probability."""

    features: dict[str, Any]
    proba_depart: Share


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
        # `Card` has read it, and saw to its types.
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
            _(
                "%(file)s is not there or names no release: write the version that "
                "should serve into it, or set MODEL_VERSION. There are: %(versions)s."
            )
            % {"file": path, "versions": _listed()}
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
    """What a restart would let serve, as the disk has it. Raises ReleaseRejected."""
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
    return _load(settings.MODEL_DIR, version)


def load_anew(version: str) -> Release:
    """Verify a release as it stands on the disk now, whatever is in memory.

    Raises ReleaseRejected.
    """
    return _verified(settings.MODEL_DIR, version)


@lru_cache(maxsize=32)
def _load(folder: Path, version: str) -> Release:
    return _verified(folder, version)


def _verified(models: Path, version: str) -> Release:
    if version not in folders():
        raise ReleaseGone(
            _(
                "There is no release %(version)r in %(folder)s: a release is named by "
                "its folder there. There are: %(versions)s."
            )
            % {"version": version, "folder": models, "versions": _listed()}
        )
    folder = models / version
    card_bytes = _read(folder / CARD)
    card = _document(folder / CARD, card_bytes)
    _well_formed(folder / CARD, partial(read, Card, card))
    contents = {name: described(folder / name, card) for name in LISTED_FILES}
    expected = _expected(folder / FEATURES, contents[FEATURES])
    points = _document(folder / SCORECARD, contents[SCORECARD])
    scorecard = _well_formed(folder / SCORECARD, partial(scorecard_from, points))
    if list(scorecard.names) != expected:
        what = _("does not score what %(file)s lists") % {"file": FEATURES}
        raise restore(folder / SCORECARD, what)
    if disputed := _disputed(card, scorecard):
        what = _("contradicts %(file)s under %(heading)s")
        names = {"file": SCORECARD, "heading": disputed}
        raise restore(folder / CARD, what % names)
    release = Release(
        folder=folder,
        artifact_sha256=hashlib.sha256(card_bytes).hexdigest(),
        card=card,
        scorecard=scorecard,
    )
    _prove(release, folder / REFERENCE, contents[REFERENCE])
    return release


def _listed() -> str:
    return ", ".join(versions()) or _("none")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise restore(path, _("is missing")) from None
    except OSError as error:
        raise ReleaseRejected(
            _("%(file)s can't be read (%(why)s): let who serves read this file.")
            % {"file": path, "why": error.strerror}
        ) from None


def described(path: Path, card: Mapping[str, Any]) -> bytes:
    """A file's contents, hashed as the card says. Raises ReleaseRejected."""
    contents = _read(path)
    if hashlib.sha256(contents).hexdigest() != card["files"].get(path.name):
        what = _("is not the file that %(card)s describes") % {"card": CARD}
        raise restore(path, what)
    return contents


def _document(path: Path, contents: bytes) -> Any:
    return _well_formed(path, partial(parsed, contents))


def _well_formed(path: Path, read_it: Callable[[], Read]) -> Read:
    try:
        return read_it()
    except Malformed as error:
        what = _("can't be used (%(why)s)") % {"why": error}
        raise restore(path, what) from None


def _expected(path: Path, contents: bytes) -> list[str]:
    names = _document(path, contents)
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
        raise restore(path, _("is not a list of fields"))
    if unknown := set(names) - set(features.BY_NAME):
        raise ReleaseRejected(
            _(
                "%(file)s names %(fields)s, which the feature table does not know: "
                "train the release again with this version."
            )
            % {"file": path, "fields": ", ".join(sorted(unknown))}
        )
    return names


def _disputed(card: Mapping[str, Any], scorecard: Scorecard) -> str | None:
    """The first heading of the card that the scorecard contradicts."""
    columns = card.get("model", {}).get("columns", scorecard.names)
    if sorted(columns) != sorted(scorecard.names):
        return "model.columns"
    for item in scorecard.fields:
        name = item.field
        if card.get("usual", {}).get(name, item.usual) != item.usual:
            return f"usual.{name}"
        if isinstance(item, NumberPoints):
            ends = [item.low, item.high]
            if card.get("ranges", {}).get(name, ends) != ends:
                return f"ranges.{name}"
        elif features.BY_NAME[name].kind is Kind.CATEGORY:
            known = card["categories"].get(name, [])
            if not known or not {*item.table, item.usual, item.null} <= set(known):
                return f"categories.{name}"
    return None


def _prove(release: Release, path: Path, contents: bytes) -> None:
    """Score the reference cases again: the same inputs, the same probabilities."""
    cases = _document(path, contents)
    if not isinstance(cases, list) or not cases:
        raise restore(path, _("holds no reference cases"))
    for number, case in enumerate(cases, start=1):
        found = _well_formed(path, partial(read, Case, case, str(number)))
        try:
            values = release.validator.validate(found.features)
        except InvalidFeatures as error:
            what = _("can't be scored: case %(number)s (%(why)s)")
            reasons = {"number": number, "why": error}
            raise restore(path, what % reasons) from error
        scored = release.scorecard.probability(values)
        # <= is false of NaN, which reproduces nothing.
        if not abs(scored - found.proba_depart) <= TOLERANCE:
            what = _("does not reproduce: case %(number)s scores %(found)s")
            figures = {"number": number, "found": repr(scored)}
            raise restore(path, what % figures)


def restore(path: Path, what: str) -> ReleaseRejected:
    """The rejection of a release for what is wrong with one of its files."""
    remedy = _(
        "%(file)s %(what)s: put the release's folder back from git or a backup, or "
        "name another release."
    )
    return ReleaseRejected(remedy % {"file": path, "what": what})
