"""Whatever stands in a release's files, with the right hashes: rejected, or readable.

Values of each JSON file are replaced by odd ones, one at a time. Whoever meets the
release then (the start of a server, the checks, the back-office, a command) gets a page
or one clear sentence, and never an error of Python's.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError
from django.urls import reverse
from django.utils.translation import override

from attrition import releases, startup
from attrition.checks import (
    release_is_real,
    release_is_whole,
    release_uses_no_prohibited_ground,
)
from attrition.errors import ReleaseRejected
from attrition.releases import CARD, FEATURES, REFERENCE, SCORECARD
from tests import shipped

SAMPLE = 10  # of each file
MANY = 1500  # with `make prove`
ODD = (
    *("null", "true", "0", "-1", "2", "0.5", "1e300", "1e999", "NaN", "1" * 400),
    *('""', '"x"', r'"\ud800"', '"1"', "[]", "{}", "[1]", '[["x", null]]'),
    *('{"a": 1}', '{"fr": "x"}', "[" * 50_000 + "]" * 50_000),
)
HERE = "this is the place"


def places(document: Any, path: tuple = ()) -> Iterator[tuple]:
    """The path of every value; of a list, those of the first item and the last."""
    yield path
    if isinstance(document, dict):
        for name, value in document.items():
            yield from places(value, (*path, name))
    elif isinstance(document, list):
        for i in sorted({0, len(document) - 1} if document else set()):
            yield from places(document[i], (*path, i))


def spoilt(document: Any, path: tuple, odd: str | None) -> str:
    """The document's text with another value there, or with none."""
    document = json.loads(json.dumps({"": document}))
    inside, last = document, ""
    for step in path:
        inside, last = inside[last], step
    if odd is None:
        del inside[last]
    else:
        inside[last] = HERE
    text = json.dumps(document.get("", ""))
    return text.replace(f'"{HERE}"', odd or "")


def spoilings(name: str, version: str) -> list[tuple[str, tuple, str | None]]:
    document = json.loads((shipped.FOLDER / version / name).read_bytes())
    everything = [
        (name, path, odd) for path in places(document) for odd in (None, *ODD)
    ]
    random.Random(name).shuffle(everything)
    return everything


def refusal(kind: type[Exception], call: Callable[..., Any], *given: Any) -> str:
    """The English text with which a call is refused; none for one that succeeds."""
    try:
        with override("en"):
            call(*given)
    except kind as error:
        return str(error)
    return ""


@pytest.fixture
def meet(release_folder, settings, client, auditor, run, tmp_path):
    """Let everybody meet the release with one value replaced."""
    settings.MODEL_THRESHOLD = 0.5
    client.force_login(auditor)
    whole = {
        version: {
            path.name: path.read_bytes()
            for path in (release_folder.parent / version).iterdir()
        }
        for version in shipped.VERSIONS
    }

    def spoil(version: str, name: str, path: tuple, odd: str | None) -> None:
        folder = release_folder.parent / version
        files = dict(whole[version])
        document = json.loads(files[name])
        files[name] = spoilt(document, path, odd).encode()
        if name != CARD:
            card = json.loads(files[CARD])
            card["files"][name] = hashlib.sha256(files[name]).hexdigest()
            files[CARD] = json.dumps(card).encode()
        for file, contents in files.items():
            (folder / file).write_bytes(contents)
        releases._load.cache_clear()
        releases._serving.clear()

    def everybody_meets(version: str, name: str, path: tuple, odd: str | None) -> None:
        if version != settings.MODEL_VERSION:  # each setting nests in the last
            settings.MODEL_VERSION = version
        spoil(version, name, path, odd)
        rejection = refusal(ReleaseRejected, releases.load_anew, version)
        if rejection:
            assert str(release_folder.parent / version) in rejection
            assert re.search("put the release's folder back|train the rel", rejection)
            assert len(rejection) < 1000
        found = [message.id for message in release_is_whole(None)]
        assert ("attrition.E001" in found) is bool(rejection)
        release_is_real(None)
        release_uses_no_prohibited_ground(None)
        startup.announce()
        assert client.get(reverse("releases")).status_code == 200
        page = client.get(reverse("release", args=[version])).status_code
        assert page == 404 if rejection else page in (200, 404)
        no_card = refusal(
            CommandError, run, "write_model_card", "--output", tmp_path / "card.md"
        )
        if no_card:
            assert str(release_folder.parent / version) in no_card
        else:
            assert page == 200

    return everybody_meets


def all_of(name: str, version: str, meet, count: int) -> None:
    for _, path, odd in spoilings(name, version)[:count]:
        try:
            meet(version, name, path, odd)
        except Exception as error:
            shown = "absent" if odd is None else odd[:20]
            where = ".".join(map(str, path))
            error.add_note(f"{version}/{name}: {where} is {shown}")
            raise


@pytest.mark.logs_values("what a reference case gets is nobody's probability")
@pytest.mark.parametrize("version", shipped.VERSIONS)
@pytest.mark.parametrize("name", [CARD, SCORECARD, FEATURES, REFERENCE])
def test_an_odd_file_is_rejected_or_readable(meet, version, name):
    all_of(name, version, meet, SAMPLE)


@pytest.mark.long
@pytest.mark.logs_values("what a reference case gets is nobody's probability")
@pytest.mark.parametrize("version", shipped.VERSIONS)
@pytest.mark.parametrize("name", [CARD, SCORECARD, FEATURES, REFERENCE])
def test_whatever_stands_in_a_file_it_is_rejected_or_readable(meet, version, name):
    all_of(name, version, meet, MANY)
